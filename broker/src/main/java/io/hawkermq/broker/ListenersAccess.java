package io.hawkermq.broker;

import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/// Who may connect to which listener and do what there: one [FileAccess] for each, as a reload may
/// make them differ. Failed logins are counted for all together, and a file that several listeners
/// name is read once.
final class ListenersAccess {
    private final Map<ListenerAddress, FileAccess> all = new LinkedHashMap<>();
    private final List<ListenerAddress> ofHttp;

    private ListenersAccess(Configuration configuration) {
        ofHttp =
                configuration.listeners().stream()
                        .filter(l -> !Unsupported.speaksMqtt(l))
                        .map(ListenerConfiguration::address)
                        .toList();
    }

    /// Reads the files.
    ///
    /// @throws StartException if one cannot be used
    static ListenersAccess open(Configuration configuration, EventLog log) throws StartException {
        ListenersAccess access = new ListenersAccess(configuration);
        FileAccess first = null;
        for (var entry : read(configuration, log).entrySet()) {
            FileAccess its;
            if (first == null) {
                first =
                        new FileAccess(
                                entry.getValue(),
                                FromConfiguration.loginLimits(configuration),
                                log);
                its = first;
            } else {
                its = first.beside(entry.getValue());
            }
            access.all.put(entry.getKey(), its);
        }
        return access;
    }

    /// What the configuration says of each listener; at least one.
    ///
    /// @throws StartException if it is wrong
    static Map<ListenerAddress, AccessSettings> settings(Configuration configuration)
            throws StartException {
        Map<ListenerAddress, AccessSettings> settings = new LinkedHashMap<>();
        for (ListenerConfiguration listener : configuration.listeners()) {
            settings.putIfAbsent(listener.address(), AccessSettings.of(listener));
        }
        return settings;
    }

    /// Reads the files and tells what is odd about them.
    ///
    /// @throws StartException if one cannot be used
    static Map<ListenerAddress, FileAccess.Rules> read(Configuration configuration, EventLog log)
            throws StartException {
        Map<AccessSettings, FileAccess.Rules> done = new HashMap<>();
        Map<ListenerAddress, FileAccess.Rules> rules = new LinkedHashMap<>();
        for (var entry : settings(configuration).entrySet()) {
            FileAccess.Rules its = done.get(entry.getValue());
            if (its == null) {
                its = entry.getValue().read();
                done.put(entry.getValue(), its);
                tell(its, log);
            }
            rules.put(entry.getKey(), its);
        }
        return rules;
    }

    private static void tell(FileAccess.Rules rules, EventLog log) {
        if (rules.passwords() != null) {
            rules.passwords().notices().forEach(n -> log.log(LogLevel.WARNING, n + "."));
        }
        if (rules.list() != null) {
            rules.list().notices().forEach(n -> log.log(LogLevel.WARNING, n + "."));
        }
    }

    /// Decides on the clients of a listener.
    AccessControl of(ListenerConfiguration listener) {
        FileAccess its = all.get(listener.address());
        return its == null ? ofNoListener() : its;
    }

    /// Decides where it is not known which listener a client came through.
    AccessControl ofNoListener() {
        List<FileAccess> each =
                all.entrySet().stream()
                        .filter(e -> !ofHttp.contains(e.getKey()))
                        .map(Map.Entry::getValue)
                        .toList();
        return each.size() == 1 ? each.getFirst() : new AnyAccess(each);
    }

    /// Clients that connect wait from now on until [#endReload].
    void beginReload() {
        all.values().forEach(a -> a.changeover().begin());
    }

    void endReload() {
        all.values().forEach(a -> a.changeover().end());
    }

    /// Decides by what was read from now on. Listeners that are new keep out everybody until they
    /// are opened with the next start.
    ///
    /// @return whether a client may stay on which one of them decided; those who are known by
    ///     their certificates may
    BiPredicate<AccessControl, AccessControl.Principal> reload(
            Map<ListenerAddress, FileAccess.Rules> read) {
        Map<AccessControl, Predicate<AccessControl.Principal>> changed = new HashMap<>();
        read.forEach((address, rules) -> {
            FileAccess its = all.get(address);
            if (its != null) {
                changed.put(its, its.reload(rules));
            }
        });
        return (access, client) -> changed.getOrDefault(access, _ -> true).test(client);
    }
}
