package io.hawkermq.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Asks for secrets: on a terminal without showing them, else from the standard input, a line each.
final class Prompt {
    /// Bytes of an answer; a longer one is cut.
    private static final int LONGEST = 65_535;

    private final Stdio io;

    Prompt(Stdio io) {
        this.io = io;
    }

    /// Ends the line of an answer, as the terminal does not show its line break.
    ///
    /// @return the answer without its line break, or null at the end of the input
    @Nullable String secret(String question) {
        io.out().flush();
        if (io.in() == System.in && Stdio.isOnTerminal()) {
            // The console asks once it shows nothing any more: programs answer at once.
            char[] answer = Objects.requireNonNull(System.console()).readPassword("%s", question);
            return answer == null ? null : new String(answer);
        }
        io.out().print(question);
        io.out().flush();
        String answer = line();
        if (answer != null && !answer.isEmpty()) {
            io.out().println();
            io.out().flush();
        }
        return answer;
    }

    private @Nullable String line() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int b = io.in().read();
            if (b < 0) {
                return null;
            }
            for (; b >= 0 && b != '\n'; b = io.in().read()) {
                if (bytes.size() < LONGEST) {
                    bytes.write(b);
                }
            }
        } catch (IOException e) {
            return null;
        }
        String text = bytes.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }
}
