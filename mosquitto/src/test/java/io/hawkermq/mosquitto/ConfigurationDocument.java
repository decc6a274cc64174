package io.hawkermq.mosquitto;

import java.util.ArrayList;
import java.util.List;

/// Writes `docs/configuration.md` from the table.
final class ConfigurationDocument {
    private final List<String> lines = new ArrayList<>();

    static List<String> markdown() {
        ConfigurationDocument document = new ConfigurationDocument();
        document.introduction();
        document.section("The whole broker", GlobalOptions.ROWS);
        document.section("Who may connect, and do what", AccessOptions.ROWS);
        document.section("Listeners", ListenerOptions.ROWS);
        document.section("Bridges", BridgeOptions.ROWS);
        document.section("Plugins", PluginOptions.ROWS);
        document.section("Hawker's own", HawkerOptions.ROWS);
        return document.lines;
    }

    private void introduction() {
        lines.addAll(
                """
                # Configuration

                Generated from the table of options; `./build -pl mosquitto -am test -Dconfiguration.write=true` renews it.

                `hawker broker -c FILE` takes Mosquitto's configuration file as it is, and SIGHUP reads it again.
                `hawker check FILE` says what is in force and which of these options have no effect yet; what would
                be unsafe to pass over keeps the broker from starting.

                ## How a file is read

                * One line sets one option: its name, **one or more spaces** (no tab, no `=`), its value. A comment has
                  its `#` in the first column. After numbers, words and true or false, further words are ignored, and a
                  warning says so unless they begin with `#`; texts and paths take the whole rest of the line.
                * True is `true` or `1`, false is `false` or `0`. Numbers may be hexadecimal (`0x10`) or octal (`010`).
                * What follows a `listener` line belongs to that listener, what follows a `connection` line to that
                  bridge, what follows a `plugin` line to that plugin, up to the end of the same file.
                * Without any `listener`, `port` or `bind_address` the broker listens on 127.0.0.1 and ::1, port 1883,
                  and lets anonymous clients in. With one, anonymous clients need `allow_anonymous true`.
                * Text that is set twice is an error, as in Mosquitto, except for files of listeners; of numbers the last
                  one counts, and a notice names both lines.
                * A relative path starts where the broker was started.
                * An error names the file, the line, what was read and what is allowed; all errors of a file are shown
                  at once, and the exit status is 3 (1 for a wrong `tls_version`, as in Mosquitto).

                In the tables, *since* is the first Mosquitto that knows an option, and *change* says when a new value
                takes effect after a reload, by SIGHUP or `hawker reload` ([operations.md](operations.md#reload)).
                """
                        .lines()
                        .toList());
    }

    private void section(String title, List<Option<?>> rows) {
        lines.add("");
        lines.add("## " + title);
        lines.add("");
        lines.add("| option | value | default | since | change | meaning |");
        lines.add("|---|---|---|---|---|---|");
        rows.forEach(o -> lines.add(row(o)));
    }

    private static String row(Option<?> option) {
        StringBuilder name = new StringBuilder("`" + option.name() + "`");
        option.aliases().forEach(a -> name.append(", `").append(a).append('`'));
        StringBuilder meaning = new StringBuilder(option.meaning());
        if (option.scope() == Scope.ACCESS) {
            meaning.append(" Of the listener above it with `per_listener_settings true`.");
        }
        if (option.scope() == Scope.DEFAULT_LISTENER) {
            meaning.append(" It is made by this line.");
        }
        if (!option.here().isEmpty()) {
            meaning.append(" **Here:** ").append(option.here());
        }
        if (!option.deprecated().isEmpty()) {
            meaning.append(" *Deprecated.* ").append(option.deprecated());
        }
        return "| "
                + String.join(
                        " | ",
                        name,
                        cell(option.type().allowed()),
                        cell(option.defaultText()),
                        option.isOwn() ? "Hawker" : option.since().toString(),
                        option.reload().description(),
                        cell(meaning.toString()))
                + " |";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
