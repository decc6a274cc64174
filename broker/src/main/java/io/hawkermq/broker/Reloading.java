package io.hawkermq.broker;

import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationChange;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.HawkerOptions.BrokenReload;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.Reload;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
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
    private final Arguments arguments;
    private final Broker broker;
    private final LineLog log;
    private final @Nullable ListenersAccess access;
    private final IntConsumer exit;
    private final ChangedFiles changedFiles = new ChangedFiles();
    private Configuration current;

    /// @param access null if there is no file that says who may connect
    /// @param exit ends the process with this status
    Reloading(
            Arguments arguments,
            Configuration current,
            Broker broker,
            LineLog log,
            @Nullable ListenersAccess access,
            IntConsumer exit) {
        this.arguments = arguments;
        this.current = current;
        this.broker = broker;
        this.log = log;
        this.access = access;
        this.exit = exit;
        if (access != null) {
            changedFiles.take(decidingFiles());
            access.expectReloadWhen(changedFiles);
        }
    }

    /// Reads and changes; by any thread, one at a time.
    synchronized void reload() {
        if (access == null) {
            read();
            return;
        }
        // Who sends the signal and then connects is to meet the new rules.
        access.beginReload();
        try {
            changedFiles.take(decidingFiles());
            read();
            changedFiles.add(decidingFiles());
        } finally {
            access.endReload();
        }
    }

    private void read() {
        log.log(LogLevel.INFORMATION, "Reloading config.");
        try {
            take(arguments.configuration());
        } catch (ConfigurationException e) {
            e.errors()
                    .forEach(error ->
                            log.log(LogLevel.ERROR, error.text().replaceFirst("^Error: ", "")));
            failed();
        } catch (StartException e) {
            log.log(LogLevel.ERROR, String.valueOf(e.getMessage()));
            failed();
        }
    }

    /// Reads the files that the configuration in force names; by any thread, one at a time.
    synchronized void reloadFiles() {
        log.log(LogLevel.INFORMATION, "Files have changed, reading them again.");
        try {
            Map<ListenerAddress, FileAccess.Rules> rules = ListenersAccess.read(current, log);
            BrokerOptions options =
                    access == null
                            ? FromConfiguration.options(current, broker.options().access(), log)
                            : FromConfiguration.options(current, access, log);
            Listening.Change listeners = broker.prepare(options);
            broker.change(options, listeners);
            if (access != null) {
                broker.review(access.reload(rules));
            }
            log.log(LogLevel.NOTICE, "Changed files are in force.");
        } catch (StartException e) {
            log.log(LogLevel.ERROR, String.valueOf(e.getMessage()));
            log.log(LogLevel.ERROR, "Changed files were not taken: the old ones stay in force.");
        }
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

    private void take(Configuration read) throws StartException {
        Unsupported.refuse(read);
        Map<ListenerAddress, FileAccess.Rules> rules = ListenersAccess.read(read, log);
        BrokerOptions options =
                access == null
                        ? FromConfiguration.options(read, broker.options().access(), log)
                        : FromConfiguration.options(read, access, log);
        Listening.Change listeners = broker.prepare(options);
        log.change(LogSettings.of(read)); // the last that can fail
        broker.change(options, listeners);
        if (access != null) {
            broker.review(access.reload(rules));
        }
        ConfigurationChange change = ConfigurationChange.between(current, read);
        for (ConfigurationChange.Change c : change.changes()) {
            boolean isListener =
                    c instanceof ConfigurationChange.Added
                            || c instanceof ConfigurationChange.Removed;
            log.log(
                    c.reload() == Reload.RESTART || isListener ? LogLevel.WARNING : LogLevel.NOTICE,
                    "Changed: "
                            + c.text()
                            + (isListener ? ". This build needs a restart for that." : ""));
        }
        current = read;
        log.log(LogLevel.NOTICE, "Reloaded.");
    }
}
