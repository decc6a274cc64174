package io.hawkermq.cli;

import io.hawkermq.client.IncomingMessage;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Prints received messages as the options say; `sub` and `rr` share it.
final class Printer {
    private static final String ESCAPE = "\u001b[";

    /// Topics that have a line of their own in `--watch`; later ones share the last.
    private static final int MOST_LINES = 10_000;

    private final ToolOptions options;
    private final Stdio io;
    private final @Nullable OutputFormat format;
    private final Map<String, Integer> lines = new HashMap<>();
    private final boolean isColoured;
    private int nextLine = 2;

    Printer(ToolOptions options, Stdio io) {
        this.options = options;
        this.io = io;
        String text = options.format;
        this.format =
                text == null
                        ? null
                        : new OutputFormat(text, options.isPretty, e -> options.complain(io, e));
        // Only where nothing but eyes can read it; Mosquitto's names stay without.
        this.isColoured =
                options.isVerbose
                        && "1".equals(io.environment().get("HAWKER_COLOUR"))
                        && io.isTerminal();
    }

    void begin() {
        if (options.isWatching) {
            bytes(
                    ESCAPE
                            + "2J"
                            + ESCAPE
                            + "1;1HBroker: "
                            + IncomingText.bytes(options.hostName())
                            + "\n");
            io.out().flush();
        }
    }

    /// @return false if nobody reads the output any more
    boolean print(IncomingMessage incoming) {
        synchronized (io) {
            print(IncomingText.of(incoming));
            io.out().flush();
            return !io.out().checkError();
        }
    }

    private void print(IncomingText m) {
        if (options.isWatching) {
            int line =
                    lines.size() < MOST_LINES
                            ? lines.computeIfAbsent(m.topic(), t -> nextLine++)
                            : lines.getOrDefault(m.topic(), nextLine);
            bytes(ESCAPE + line + ";1H");
        }
        if (options.shownOfTenThousand < 10_000
                && ThreadLocalRandom.current().nextInt(10_000) >= options.shownOfTenThousand) {
            return;
        }
        if (format != null) {
            bytes(format.print(m, ZonedDateTime.now(ZoneId.systemDefault())) + lineBreak());
        } else if (m.payload().length > 0) {
            bytes((options.isVerbose ? topic(m) : "") + m.payloadText() + lineBreak());
        } else if (options.isVerbose && options.isWithLineBreak) {
            bytes(topic(m) + "(null)\n");
        }
        if (options.isWatching) {
            bytes(ESCAPE + (nextLine - 1) + ";1H\n");
        }
    }

    private String topic(IncomingText m) {
        return isColoured ? ESCAPE + "36m" + m.topic() + ESCAPE + "0m " : m.topic() + " ";
    }

    private String lineBreak() {
        return options.isWithLineBreak ? "\n" : "";
    }

    private void bytes(String latin) {
        byte[] bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
        io.out().write(bytes, 0, bytes.length);
    }
}
