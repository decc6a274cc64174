package io.hawkermq.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntConsumer;

/// What a tool reads and writes, the environment it sees, and how it ends the process.
///
/// @param out collects; flushed by whoever has written a whole line, and at the end
/// @param halt ends the process at once with an exit status, from any thread
record Stdio(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        IntConsumer halt) {
    static Stdio ofProcess() {
        return new Stdio(
                System.in,
                new PrintStream(
                        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 65_536),
                        false,
                        StandardCharsets.UTF_8),
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv(),
                Runtime.getRuntime()::halt);
    }

    /// Whether both ends of the process are a terminal.
    static boolean isOnTerminal() {
        var console = System.console();
        return Objects.nonNull(console) && console.isTerminal();
    }

    /// Whether a person reads the output, on a terminal that understands escapes.
    boolean isTerminal() {
        return isOnTerminal()
                && !environment.containsKey("NO_COLOR")
                && !"dumb".equals(environment.get("TERM"));
    }
}
