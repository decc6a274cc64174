package io.hawkermq.broker;

import io.hawkermq.broker.security.DynamicAccess;
import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who may connect to which listener and do what there: one [FileAccess] for each, as a reload may
/// make them differ. Failed logins are counted for all together, and a file that several listeners
/// name is read once.
final class ListenersAccess {
    private final Map<ListenerAddress, FileAccess> all = new LinkedHashMap<>();
    private final List<ListenerAddress> ofHttp;

    private final Map<ListenerAddress, DynamicAccess> dynamic = new HashMap<>();

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
        access.openDynamic(configuration, log);
        return access;
    }

    /// Listeners with the same file share what is read of it.
    private void openDynamic(Configuration configuration, EventLog log) throws StartException {
        Map<DynamicSettings, DynamicSecurity> opened = new HashMap<>();
        for (var entry : dynamicSettings(configuration).entrySet()) {
            FileAccess files = all.get(entry.getKey());
            if (files == null) {
                continue;
            }
            DynamicSecurity its = opened.get(entry.getValue());
            if (its == null) {
                its = entry.getValue().open(log);
                opened.put(entry.getValue(), its);
            }
            dynamic.put(entry.getKey(), new DynamicAccess(its, files));
        }
    }

    /// Of the listeners that use it.
    ///
    /// @throws StartException if it is wrong
    static Map<ListenerAddress, DynamicSettings> dynamicSettings(Configuration configuration)
            throws StartException {
        Map<ListenerAddress, DynamicSettings> settings = new LinkedHashMap<>();
        for (ListenerConfiguration listener : configuration.listeners()) {
            DynamicSettings.of(listener)
                    .ifPresent(s -> settings.putIfAbsent(listener.address(), s));
        }
        return settings;
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
        AccessControl its = of(listener.address());
        return its == null ? ofNoListener() : its;
    }

    private @Nullable AccessControl of(ListenerAddress address) {
        DynamicAccess first = dynamic.get(address);
        return first == null ? all.get(address) : first;
    }

    /// Decides where it is not known which listener a client came through.
    AccessControl ofNoListener() {
        List<AccessControl> each = new ArrayList<>();
        for (var entry : all.entrySet()) {
            if (!ofHttp.contains(entry.getKey())) {
                DynamicAccess first = dynamic.get(entry.getKey());
                each.add(first == null ? entry.getValue() : first);
            }
        }
        return each.size() == 1 ? each.getFirst() : new AnyAccess(each);
    }

    /// Clients that connect wait from now on until [#endReload].
    void beginReload() {
        all.values().forEach(a -> a.changeover().begin());
    }

    /// @param announced true if a reload is to be expected, so that clients wait a moment for it
    void expectReloadWhen(BooleanSupplier announced) {
        all.values().forEach(a -> a.changeover().expectWhen(announced));
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
        return (access, client) ->
                switch (access) {
                    case DynamicAccess d ->
                            d.mayStay(client, changed.getOrDefault(d.files(), _ -> true));
                    default -> changed.getOrDefault(access, _ -> true).test(client);
                };
    }
}
