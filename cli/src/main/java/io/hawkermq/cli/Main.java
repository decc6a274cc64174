package io.hawkermq.cli;

import io.hawkermq.cli.load.LoadCommand;
import java.util.List;

/// `pub`, `sub`, `rr`, `passwd`, `ctrl`, `bench`, also by Mosquitto's names: the first word says
/// which.
public final class Main {
    private Main() {}

    public static void main(String[] words) {
        Stdio io = Stdio.ofProcess();
        String command = words.length == 0 ? "" : words[0];
        List<String> rest = List.of(words).subList(Math.min(1, words.length), words.length);
        int status = run(command, rest, io);
        io.out().flush();
        io.err().flush();
        // Nothing is left to be done: hooks and non-daemon threads would only cost time.
        Runtime.getRuntime().halt(status);
    }

    private static int run(String command, List<String> words, Stdio io) {
        return switch (command) {
            case "pub", "mosquitto_pub" -> PubCommand.run(words, io);
            case "sub", "mosquitto_sub" -> SubCommand.run(words, io);
            case "rr", "mosquitto_rr" -> RrCommand.run(words, io);
            case "passwd", "mosquitto_passwd" -> PasswdCommand.run(words, io);
            case "ctrl", "mosquitto_ctrl" -> CtrlCommand.run(words, io);
            case "bench" -> LoadCommand.run(words, io.out(), io.err());
            case "rehearse" -> rehearse(io);
            default -> {
                io.err().println("Error: unknown tool '" + command + "'.");
                yield 1;
            }
        };
    }

    /// What the launcher trains its cache with; not for people. Ends in the usual way, for the cache
    /// is written when the JVM ends.
    private static int rehearse(Stdio io) {
        try {
            Rehearsal.run();
            System.exit(0);
            return 0;
        } catch (java.io.IOException e) {
            io.err().println("Error: " + e.getMessage());
            return 1;
        }
    }
}
