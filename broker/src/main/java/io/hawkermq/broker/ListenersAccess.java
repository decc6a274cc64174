package io.hawkermq.broker;

import io.hawkermq.broker.security.DynamicAccess;
import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.broker.security.LoginServiceAccess;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ListenerAddress;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.dynsec.Kicks;
import io.hawkermq.mosquitto.dynsec.SecurityFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Who may connect to which listener and do what there: one [FileAccess] for each, as a reload may
/// make them differ. Failed logins are counted for all together, and a file that several listeners
/// name is read once.
final class ListenersAccess {
    private final Map<ListenerAddress, FileAccess> all = new LinkedHashMap<>();
    private final Map<ListenerAddress, DynamicAccess> dynamic = new HashMap<>();
    private final Map<DynamicSettings, DynamicSecurity> opened = new HashMap<>();
    private final Map<ListenerAddress, LoginServiceAccess> served = new HashMap<>();
    private final EventLog log;

    /// Of those that speak MQTT; [AnyAccess] sees what becomes of it.
    private final CopyOnWriteArrayList<AccessControl> ofMqtt = new CopyOnWriteArrayList<>();

    private ListenersAccess(EventLog log) {
        this.log = log;
    }

    /// Reads the files.
    ///
    /// @throws StartException if one cannot be used
    static ListenersAccess open(Configuration configuration, EventLog log) throws StartException {
        ListenersAccess access = new ListenersAccess(log);
        for (DynamicSettings settings : dynamicSettings(configuration).values()) {
            if (!access.opened.containsKey(settings)) {
                access.opened.put(settings, settings.open(log));
            }
        }
        FileAccess first = null;
        for (var entry : read(configuration, log).entrySet()) {
            if (first == null) {
                first =
                        new FileAccess(
                                entry.getValue(),
                                port(entry.getKey()),
                                FromConfiguration.loginLimits(configuration),
                                log);
                access.all.put(entry.getKey(), first);
            } else {
                access.all.put(
                        entry.getKey(), first.beside(entry.getValue(), port(entry.getKey())));
            }
        }
        access.addPlugins(configuration, access.all.keySet());
        access.settle(configuration);
        return access;
    }

    private static int port(ListenerAddress address) {
        return switch (address) {
            case ListenerAddress.Tcp tcp -> tcp.port();
            case ListenerAddress.Unix _ -> 0;
        };
    }

    /// Makes what new listeners need; those that are there already stay as they are.
    ///
    /// @return what [#forget] takes if nothing comes of it
    /// @throws StartException if dynamic security with a file of its own is asked for
    Set<ListenerAddress> add(
            Configuration configuration, Map<ListenerAddress, FileAccess.Rules> rules)
            throws StartException {
        FileAccess any = all.values().iterator().next();
        Set<ListenerAddress> added = new LinkedHashSet<>(rules.keySet());
        added.removeAll(all.keySet());
        for (var entry : dynamicSettings(configuration).entrySet()) {
            if (added.contains(entry.getKey()) && !opened.containsKey(entry.getValue())) {
                throw new StartException(
                        "Dynamic security by another file, "
                                + entry.getValue().file()
                                + ", needs a restart.",
                        StartException.WRONG_CONFIGURATION);
            }
        }
        added.forEach(address ->
                all.put(
                        address,
                        any.beside(Objects.requireNonNull(rules.get(address)), port(address))));
        addPlugins(configuration, added);
        return added;
    }

    void forget(Set<ListenerAddress> addresses) {
        addresses.forEach(address -> {
            all.remove(address);
            dynamic.remove(address);
            served.remove(address);
        });
    }

    /// Listeners that the configuration does not have are forgotten.
    void settle(Configuration configuration) {
        Set<ListenerAddress> gone = new LinkedHashSet<>(all.keySet());
        configuration.listeners().forEach(l -> gone.remove(l.address()));
        forget(gone);
        List<AccessControl> each = new ArrayList<>();
        for (ListenerConfiguration listener : configuration.listeners()) {
            AccessControl its = of(listener.address());
            if (its instanceof LoginServiceAccess web) {
                its = web.beforeRestart();
            }
            if (its != null && Unsupported.speaksMqtt(listener) && !each.contains(its)) {
                each.add(its);
            }
        }
        ofMqtt.addAllAbsent(each);
        ofMqtt.retainAll(each);
    }

    private void addPlugins(Configuration configuration, Set<ListenerAddress> addresses)
            throws StartException {
        addDynamic(configuration, addresses);
        for (ListenerConfiguration listener : configuration.listeners()) {
            FileAccess files = all.get(listener.address());
            Optional<GoAuthSettings.Service> service =
                    GoAuthSettings.of(listener).flatMap(GoAuthSettings::service);
            if (files != null && service.isPresent() && addresses.contains(listener.address())) {
                InstantSource clock = InstantSource.system();
                served.putIfAbsent(
                        listener.address(),
                        new LoginServiceAccess(service.get().open(clock), files, log, clock));
            }
        }
    }

    /// Listeners with the same file share what is read of it.
    private void addDynamic(Configuration configuration, Set<ListenerAddress> addresses)
            throws StartException {
        for (var entry : dynamicSettings(configuration).entrySet()) {
            FileAccess files = all.get(entry.getKey());
            DynamicSecurity its = opened.get(entry.getValue());
            if (files != null && its != null && addresses.contains(entry.getKey())) {
                dynamic.put(entry.getKey(), new DynamicAccess(its, files));
            }
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
        for (ListenerConfiguration listener : configuration.listeners()) {
            AccessSettings settings = AccessSettings.of(listener);
            FileAccess.Rules its = done.get(settings);
            if (its == null) {
                its = settings.read(listener);
                done.put(settings, its);
                tell(its, log);
            }
            rules.putIfAbsent(listener.address(), its);
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
        AccessControl first = dynamic.get(address);
        AccessControl second = served.get(address);
        return first != null ? first : second != null ? second : all.get(address);
    }

    /// Decides where it is not known which listener a client came through.
    AccessControl ofNoListener() {
        return ofMqtt.size() == 1 ? ofMqtt.getFirst() : new AnyAccess(ofMqtt);
    }

    /// Clients that connect wait from now on until [#endReload].
    void beginReload() {
        all.values().forEach(a -> a.changeover().begin());
    }

    /// @param announced true if a reload is to be expected, so that clients wait a moment for it
    /// @param patience how long at most
    void expectReloadWhen(BooleanSupplier announced, Duration patience) {
        all.values().forEach(a -> a.changeover().expectWhen(announced, patience));
    }

    void endReload() {
        all.values().forEach(a -> a.changeover().end());
    }

    Set<Path> dynamicFiles() {
        Set<Path> files = new LinkedHashSet<>();
        opened.values().forEach(security -> files.add(security.file()));
        return files;
    }

    /// Reads the files of dynamic security anew, and changes nothing.
    ///
    /// @throws StartException if one cannot be used
    Map<DynamicSecurity, DynamicSecurity.Reread> rereadDynamic() throws StartException {
        Map<DynamicSecurity, DynamicSecurity.Reread> read = new HashMap<>();
        for (DynamicSecurity security : opened.values()) {
            try {
                read.put(security, security.reread());
            } catch (SecurityFileException e) {
                throw DynamicSettings.fault(e);
            }
        }
        return read;
    }

    /// Decides by what was read from now on.
    ///
    /// @param rereadDynamic empty to leave dynamic security alone
    /// @return whether a client may stay on which one of them decided; those who are known by
    ///     their certificates may
    BiPredicate<AccessControl, AccessControl.Principal> reload(
            Map<ListenerAddress, FileAccess.Rules> read,
            Map<DynamicSecurity, DynamicSecurity.Reread> rereadDynamic) {
        Map<DynamicSecurity, Kicks> kicks = new HashMap<>();
        rereadDynamic.forEach((security, its) -> kicks.put(security, security.take(its)));
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
                            d.mayStay(
                                    client,
                                    changed.getOrDefault(d.files(), _ -> true),
                                    kicks.getOrDefault(d.security(), Kicks.NOBODY));
                    case LoginServiceAccess web ->
                            web.mayStay(client, changed.getOrDefault(web.files(), _ -> true));
                    case CertifiedAccess c -> c.admits(client.clientId());
                    default -> changed.getOrDefault(access, _ -> true).test(client);
                };
    }
}
