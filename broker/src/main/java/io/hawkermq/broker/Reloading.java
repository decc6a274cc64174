package io.hawkermq.broker;

import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationChange;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.HawkerOptions.BrokenReload;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.Origin;
import io.hawkermq.mosquitto.Reload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What happens at SIGHUP: the configuration file and the files that it names are read again, log
/// files are opened anew, and what may change while the broker runs is changed. When [WatchedFiles]
/// sees that passwords, rules or certificates have changed, only those are read again. Connections
/// stay, but for those of users who are gone, whose password has changed, or who were let in
/// anonymously and would not be any more.
///
/// All is read before anything changes: if one file is wrong, all old settings stay in force, or
/// the process ends with status 3 if `hawker_reload_on_error exit` is in force. What needs a restart
/// is said.
final class Reloading {
    /// What came of it.
    ///
    /// @param isDone false if something is wrong and nothing has changed
    /// @param lines what has changed, or what is wrong
    record Outcome(boolean isDone, List<String> lines) {
        Outcome {
            lines = List.copyOf(lines);
        }

        static Outcome failed(List<String> lines) {
            return new Outcome(false, lines);
        }
    }

    /// Collects what is said while files are read for nothing but a look.
    private record Notes(List<String> lines) implements EventLog {
        @Override
        public boolean isEnabled(LogLevel level) {
            return level == LogLevel.WARNING || level == LogLevel.ERROR;
        }

        @Override
        public void log(LogLevel level, String text) {
            if (isEnabled(level)) {
                lines.add("Warning: " + text);
            }
        }
    }

    private final Arguments arguments;
    private final Broker broker;
    private final LineLog log;
    private final @Nullable ListenersAccess access;
    private final IntConsumer exit;
    private final ChangedFiles changedFiles = new ChangedFiles();
    private Configuration current;

    /// @param access null if there is no file that says who may connect
    /// @param exit ends the process with this status
    /// @param patience how long clients wait for the signal once a file is another one
    Reloading(
            Arguments arguments,
            Configuration current,
            Broker broker,
            LineLog log,
            @Nullable ListenersAccess access,
            IntConsumer exit,
            Duration patience) {
        this.arguments = arguments;
        this.current = current;
        this.broker = broker;
        this.log = log;
        this.access = access;
        this.exit = exit;
        if (access != null) {
            changedFiles.take(decidingFiles());
            access.expectReloadWhen(changedFiles, patience);
        }
    }

    /// Reads and changes; by any thread, one at a time.
    synchronized Outcome reload() {
        try {
            return whileClientsWait(this::read);
        } catch (RuntimeException e) {
            return broken(e);
        }
    }

    private Outcome whileClientsWait(Supplier<Outcome> reading) {
        if (access == null) {
            return reading.get();
        }
        // Who sends the signal and then connects is to meet the new rules. And who is let in by
        // them must not be taken for one of those before, whom the review sends away.
        access.beginReload();
        try {
            changedFiles.take(decidingFiles());
            Outcome outcome = reading.get();
            changedFiles.add(decidingFiles());
            return outcome;
        } finally {
            access.endReload();
        }
    }

    private Outcome read() {
        log.log(LogLevel.INFORMATION, "Reloading config.");
        Outcome outcome;
        try {
            outcome = new Outcome(true, take(configuration()));
        } catch (ConfigurationException e) {
            outcome = Outcome.failed(texts(e));
        } catch (StartException e) {
            outcome = Outcome.failed(texts(e));
        } catch (RuntimeException e) {
            outcome = broken(e);
        }
        if (!outcome.isDone()) {
            outcome.lines().forEach(l -> log.log(LogLevel.ERROR, l));
            failed();
        }
        return outcome;
    }

    /// What stands in the file now. One without any line is most likely being written at this moment,
    /// and as a configuration it would close every listener.
    private Configuration configuration() throws ConfigurationException, StartException {
        Configuration read = arguments.configuration();
        long inForce = linesInFiles(current);
        if (inForce > 0 && linesInFiles(read) == 0) {
            throw new StartException(
                    "The configuration file "
                            + read.files().getFirst()
                            + " is empty: no line in it sets anything, and "
                            + inForce
                            + " lines that were read before are in force. To run without them,"
                            + " restart the broker.");
        }
        return read;
    }

    private static long linesInFiles(Configuration configuration) {
        return configuration.lines().stream()
                .filter(l -> l.origin() instanceof Origin.InFile)
                .count();
    }

    /// A fault of this program, which the log has in full: whoever asked gets an answer.
    private Outcome broken(RuntimeException e) {
        log.log(LogLevel.ERROR, "Internal error in a reload: " + Stacks.of(e));
        return Outcome.failed(List.of("Internal error, see the log: " + e));
    }

    private static List<String> texts(ConfigurationException e) {
        return e.errors().stream().map(x -> x.text().replaceFirst("^Error: ", "")).toList();
    }

    /// Why it failed, and then which ports could not be had again.
    private static List<String> texts(StartException e) {
        List<String> texts = new ArrayList<>();
        texts.add(String.valueOf(e.getMessage()));
        addLost(e, texts);
        return texts;
    }

    private static void addLost(Throwable e, List<String> texts) {
        for (Throwable lost : e.getSuppressed()) {
            texts.add("Not open any more: " + lost.getMessage());
            addLost(lost, texts);
        }
    }

    /// Reads all files and says what [#reload] would change, or what is wrong. Changes nothing.
    /// Whether new listeners can be opened is not tried.
    synchronized Outcome preview() {
        Notes notes = new Notes(new ArrayList<>());
        try {
            Configuration read = configuration();
            Unsupported.refuse(read);
            Map<ListenerAddress, FileAccess.Rules> rules = ListenersAccess.read(read, notes);
            Set<ListenerAddress> added = access == null ? Set.of() : access.add(read, rules);
            try {
                var _ = broker.prepare(options(read));
            } finally {
                if (access != null) {
                    access.forget(added);
                }
            }
            List<String> lines = new ArrayList<>(notes.lines());
            ConfigurationChange.between(current, read).changes().forEach(c -> lines.add(c.text()));
            for (Path file : changedFiles.changed()) {
                if (!arguments.file().equals(Optional.of(file))) {
                    lines.add("file " + file + ": has changed, at once");
                }
            }
            if (access != null) {
                lines.addAll(changes(access.rereadDynamic()));
            }
            return new Outcome(true, lines);
        } catch (ConfigurationException e) {
            return Outcome.failed(texts(e));
        } catch (StartException e) {
            return Outcome.failed(List.of(String.valueOf(e.getMessage())));
        } catch (RuntimeException e) {
            return broken(e);
        }
    }

    private static List<String> changes(Map<DynamicSecurity, DynamicSecurity.Reread> read) {
        return read.entrySet().stream()
                .filter(e -> e.getValue().isChanged())
                .map(e -> "file " + e.getKey().file() + ": has changed, at once")
                .toList();
    }

    private BrokerOptions options(Configuration configuration) throws StartException {
        return access == null
                ? FromConfiguration.options(configuration, broker.options().access(), log)
                : FromConfiguration.options(configuration, access, log);
    }

    /// Reads the files that the configuration in force names; by any thread, one at a time.
    synchronized Outcome reloadFiles() {
        log.log(LogLevel.INFORMATION, "Files have changed, reading them again.");
        return whileClientsWait(this::readFiles);
    }

    private Outcome readFiles() {
        try {
            Map<ListenerAddress, FileAccess.Rules> rules = ListenersAccess.read(current, log);
            BrokerOptions options = options(current);
            Broker.Change listeners = broker.prepare(options);
            broker.change(options, listeners);
            if (access != null) {
                broker.review(access.reload(rules, Map.of()));
            }
            log.log(LogLevel.NOTICE, "Changed files are in force.");
            return new Outcome(true, List.of());
        } catch (StartException e) {
            return notTaken(texts(e));
        } catch (RuntimeException e) {
            return notTaken(List.of("Internal error when files had changed: " + Stacks.of(e)));
        }
    }

    private Outcome notTaken(List<String> why) {
        why.forEach(l -> log.log(LogLevel.ERROR, l));
        log.log(LogLevel.ERROR, "Changed files were not taken: the old ones stay in force.");
        return Outcome.failed(why);
    }

    /// What decides who may connect and what they may do.
    private Set<Path> decidingFiles() {
        Set<Path> files = accessFiles();
        arguments.file().ifPresent(files::add);
        return files;
    }

    private Set<Path> accessFiles() {
        Set<Path> files = new LinkedHashSet<>();
        try {
            for (AccessSettings settings : ListenersAccess.settings(current).values()) {
                settings.passwordFile().ifPresent(files::add);
                settings.aclFile().ifPresent(files::add);
            }
        } catch (StartException e) {
            throw new IllegalStateException("a configuration that is in force", e);
        }
        return files;
    }

    /// Those of dynamic security, which are written, too.
    Set<Path> dynamicFiles() {
        return access == null ? Set.of() : access.dynamicFiles();
    }

    /// All files that a reload reads.
    synchronized Set<Path> everythingRead() {
        Set<Path> files = decidingFiles();
        files.addAll(current.securityFiles());
        files.addAll(dynamicFiles());
        return files;
    }

    /// The files that [#reloadFiles] reads; none if they are not to be watched.
    synchronized Set<Path> watched() {
        if (!current.value(HawkerOptions.WATCH_FILES)) {
            return Set.of();
        }
        Set<Path> files = new LinkedHashSet<>(current.securityFiles());
        files.addAll(accessFiles());
        return files;
    }

    private void failed() {
        if (current.value(HawkerOptions.RELOAD_ON_ERROR) == BrokenReload.EXIT) {
            exit.accept(StartException.WRONG_CONFIGURATION);
        } else {
            log.log(LogLevel.ERROR, "Nothing was reloaded: the old settings stay in force.");
        }
    }

    private List<String> take(Configuration read) throws StartException {
        Unsupported.refuse(read);
        Map<ListenerAddress, FileAccess.Rules> rules = ListenersAccess.read(read, log);
        Map<DynamicSecurity, DynamicSecurity.Reread> dynamic =
                access == null ? Map.of() : access.rereadDynamic();
        Set<ListenerAddress> added = access == null ? Set.of() : access.add(read, rules);
        LogSettings before = log.settings();
        try {
            BrokerOptions options = options(read);
            Broker.Change listeners = broker.prepare(options);
            log.change(LogSettings.of(read));
            broker.change(options, listeners);
        } catch (StartException | RuntimeException e) {
            if (access != null) {
                access.forget(added);
            }
            log.change(before);
            throw e;
        }
        if (access != null) {
            access.settle(read);
            broker.review(access.reload(rules, dynamic));
        }
        List<String> lines = new ArrayList<>(changes(dynamic));
        for (ConfigurationChange.Change c : ConfigurationChange.between(current, read).changes()) {
            log.log(
                    c.reload() == Reload.RESTART ? LogLevel.WARNING : LogLevel.NOTICE,
                    "Changed: " + c.text());
            lines.add(c.text());
        }
        current = read;
        log.log(LogLevel.NOTICE, "Reloaded.");
        return lines;
    }
}
