package io.hawkermq.broker;

import io.hawkermq.store.Inspection;
import io.hawkermq.store.RecoveryReport;
import io.hawkermq.store.StoreException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// `hawker store`: what is kept on disk, seen without a broker or beside one.
final class StoreCommand {
    static final String HELP =
            """
            Usage: hawker store stats  DIR
                   hawker store check  DIR
                   hawker store export DIR
                   hawker store backup DIR TARGET

              DIR is the persistence_location of a broker, which may run meanwhile, or a backup.

              stats   counts records and bytes of each kind
              check   reads everything and says what is damaged; 0 if nothing is
              export  writes everything to the standard output, a JSON object a line
              backup  copies everything to the new directory TARGET; to put it back, stop the broker and
                      move TARGET to the place of the directory 'hawker' below persistence_location
            """;

    private StoreCommand() {}

    /// @param words behind `store`
    /// @return false if something is damaged
    /// @throws Arguments.WrongException for a wrong command line
    /// @throws StartException if there is no store, or it cannot be read
    static boolean run(List<String> words, PrintStream out, PrintStream messages)
            throws Arguments.WrongException, StartException {
        if (words.contains("-h") || words.contains("--help")) {
            out.print(HELP);
            return true;
        }
        String action = words.isEmpty() ? "" : words.getFirst();
        int expected =
                switch (action) {
                    case "stats", "check", "export" -> 2;
                    case "backup" -> 3;
                    default -> -1;
                };
        if (words.size() != expected) {
            throw new Arguments.WrongException(
                    "read was 'store "
                            + String.join(" ", words)
                            + "', allowed is 'store stats|check|export DIR' and 'store backup DIR"
                            + " TARGET'.");
        }
        try (Inspection store = Inspection.open(path(words.get(1)))) {
            return switch (action) {
                case "stats" -> stats(store, out);
                case "check" -> check(store, out, messages);
                case "export" -> export(store, out, messages);
                default -> backup(store, path(words.get(2)), out, messages);
            };
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new StartException("the output cannot be written: " + e.getMessage());
        }
    }

    private static Path path(String word) throws Arguments.WrongException {
        try {
            return Path.of(word);
        } catch (InvalidPathException e) {
            throw new Arguments.WrongException("'" + word + "' cannot be the name of a directory.");
        }
    }

    private static boolean stats(Inspection store, PrintStream out) throws StoreException {
        store.stats()
                .forEach((name, part) ->
                        out.printf(
                                "%-14s %,15d records %,18d bytes%n",
                                name, part.records(), part.bytes()));
        out.printf("%-14s %,15d bytes%n", "files", store.fileBytes());
        return true;
    }

    private static boolean check(Inspection store, PrintStream out, PrintStream messages)
            throws StoreException {
        RecoveryReport report = store.check(messages::println);
        out.println(report.summary() + ".");
        return tell(report, out);
    }

    private static boolean tell(RecoveryReport report, PrintStream out) {
        report.losses().forEach(loss -> out.println("Lost: " + loss + "."));
        out.println(
                report.isWhole()
                        ? "Nothing is damaged."
                        : report.damaged()
                                + " parts cannot be read, "
                                + report.dangling()
                                + " records refer to something lost.");
        return report.isWhole();
    }

    private static boolean export(Inspection store, PrintStream out, PrintStream messages)
            throws StoreException, IOException {
        BufferedWriter writer =
                new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        RecoveryReport report = store.export(writer);
        writer.flush();
        return tell(report, messages);
    }

    private static boolean backup(
            Inspection store, Path target, PrintStream out, PrintStream messages)
            throws StoreException {
        long[] damaged = {0};
        long records =
                store.backup(
                        target,
                        text -> {
                            damaged[0]++;
                            messages.println("Not copied: " + text + ".");
                        });
        out.println(records + " records copied to " + target + ".");
        return damaged[0] == 0;
    }
}
