package io.hawkermq.broker;

import io.hawkermq.broker.ControlOptions.Endpoint;
import io.hawkermq.broker.security.DynamicAccess;
import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.AccessControl.Principal;
import io.hawkermq.core.Control;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Message;
import io.hawkermq.core.Shard;
import io.hawkermq.mosquitto.dynsec.CommandBatch;
import io.hawkermq.mosquitto.dynsec.CommandException;
import io.hawkermq.mosquitto.dynsec.Kicks;
import io.hawkermq.mosquitto.dynsec.SecurityCommands;
import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Answers what clients publish below `$CONTROL`, one message after the other, on a thread of its
/// own: commands hash passwords and write files. The thread exists while there is something to do.
/// At most [#MOST_WAITING] messages with [#MOST_WAITING_BYTES] bytes wait; more are dropped with a
/// warning, as their senders hold the right to command and must be held back by nobody but this.
///
/// The connections of those whose rights have changed are closed, and then the answer is published
/// at the topic of the command with `/response` behind it, for all who may receive it. Who comes
/// after the answer is therefore never thrown out for what was decided before. Only a sender whose
/// own rights have changed is closed later, so that he gets his answer.
final class ControlPlane implements Control, AutoCloseable {
    static final int MOST_WAITING = 1_000;
    static final long MOST_WAITING_BYTES = 64L << 20;

    /// Between the answer and the end of a sender who has changed his own rights.
    private static final int SENDER_MILLIS = 100;

    /// The longest that a command waits for an event loop.
    private static final int LOOP_SECONDS = 5;

    private static final String SILENT =
            "An event loop has not answered within " + LOOP_SECONDS + " s";

    private final Broker broker;
    private final ControlOptions options;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final ThreadPoolExecutor executor;

    ControlPlane(Broker broker, ControlOptions options) {
        this.broker = broker;
        this.options = options;
        executor =
                new ThreadPoolExecutor(
                        1,
                        1,
                        1,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(MOST_WAITING),
                        Thread.ofPlatform().name("hawker-control").daemon().factory());
        executor.allowCoreThreadTimeOut(true);
    }

    @Override
    public boolean takes(TopicName topic) {
        return !options.endpoints().isEmpty() && Control.concerns(topic);
    }

    @Override
    public void accept(AccessControl access, Principal sender, TopicName topic, byte[] payload) {
        if (waitingBytes.addAndGet(payload.length) > MOST_WAITING_BYTES) {
            waitingBytes.addAndGet(-payload.length);
            dropped(sender);
            return;
        }
        try {
            executor.execute(() -> {
                waitingBytes.addAndGet(-payload.length);
                answer(access, sender, topic.toString(), payload);
            });
        } catch (RejectedExecutionException e) {
            waitingBytes.addAndGet(-payload.length);
            dropped(sender);
        }
    }

    private void dropped(Principal sender) {
        broker.options()
                .log()
                .log(
                        LogLevel.WARNING,
                        "A command of client "
                                + sender.clientId()
                                + " is dropped: too many wait already.");
    }

    private void answer(AccessControl access, Principal sender, String topic, byte[] payload) {
        try {
            DynamicSecurity security = securityOf(access);
            if (topic.equals(Endpoint.BROKER.topic()) && has(Endpoint.BROKER)) {
                respond(topic, CommandBatch.answer(payload, (name, _) -> ofBroker(name)));
            } else if (topic.equals(Endpoint.DYNAMIC_SECURITY.topic()) && security != null) {
                SecurityCommands.Result result = security.execute(payload, sender, this::addresses);
                kickOthers(result.kicks(), sender);
                respond(topic, result.response());
                kickLater(result.kicks(), sender);
            } else {
                respond(
                        topic,
                        "{\"error\":\"endpoint not available\"}".getBytes(StandardCharsets.UTF_8));
            }
        } catch (RuntimeException e) {
            broker.options()
                    .log()
                    .log(
                            LogLevel.ERROR,
                            "A command of client " + sender.clientId() + " has failed: " + e + ".");
        }
    }

    private boolean has(Endpoint endpoint) {
        return options.endpoints().contains(endpoint);
    }

    /// Each listener may have its own.
    private static @Nullable DynamicSecurity securityOf(AccessControl access) {
        return switch (access) {
            case DynamicAccess d -> d.security();
            case CertifiedAccess c -> securityOf(c.rest());
            default -> null;
        };
    }

    private void respond(String topic, byte[] payload) {
        TopicName response;
        try {
            response = TopicName.of(topic + "/response");
        } catch (IllegalArgumentException e) {
            return; // the topic is as long as topics may be: nobody waits there
        }
        Loop first = broker.loops().getFirst();
        first.execute(() ->
                first.shard()
                        .publish(
                                new Message(
                                        response,
                                        payload,
                                        Properties.NONE,
                                        QoS.AT_MOST_ONCE,
                                        false,
                                        Message.SERVER,
                                        Message.NEVER)));
    }

    // ---- dynamic security ----

    private void kickOthers(Kicks kicks, Principal sender) {
        if (kicks.isEmpty()) {
            return;
        }
        Predicate<Principal> isMeant = p -> kicks.concern(p.userName()) && !p.equals(sender);
        List<?> answers =
                onEachLoop(shard -> {
                    shard.kick(isMeant);
                    return List.of();
                });
        if (answers == null) {
            broker.options()
                    .log()
                    .log(
                            LogLevel.WARNING,
                            SILENT
                                    + ": connections of those whose rights have changed are closed"
                                    + " when it does, after the answer.");
        }
    }

    private void kickLater(Kicks kicks, Principal sender) {
        if (kicks.concern(sender.userName())) {
            broker.loops()
                    .getFirst()
                    .eventLoop()
                    .schedule(
                            () -> {
                                var _ = broker.tellOwners(l -> l.shard().kick(sender::equals));
                            },
                            SENDER_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    private List<String> addresses(String userName, @Nullable String clientId)
            throws CommandException {
        List<String> addresses =
                onEachLoop(shard ->
                        shard.connected().stream()
                                .filter(p -> userName.equals(p.userName()))
                                .filter(p -> clientId == null || clientId.equals(p.clientId()))
                                .map(p -> host(p.address()))
                                .toList());
        if (addresses == null) { // no connections would be a lie
            throw new CommandException(SILENT);
        }
        return addresses;
    }

    /// Returns when every loop has answered.
    ///
    /// @return null if one is too busy to; it does what is asked when it comes to it
    private <T> @Nullable List<T> onEachLoop(Function<Shard, List<T>> question) {
        try {
            return broker
                    .askOwners(loop -> question.apply(loop.shard()))
                    .orTimeout(LOOP_SECONDS, TimeUnit.SECONDS)
                    .join()
                    .stream()
                    .flatMap(List::stream)
                    .toList();
        } catch (CompletionException e) {
            if (e.getCause() instanceof TimeoutException) {
                return null;
            }
            throw e;
        }
    }

    /// Without the port.
    private static String host(String address) {
        int colon = address.lastIndexOf(':');
        return colon < 0 ? address : address.substring(0, colon);
    }

    // ---- the broker ----

    private Json.Members ofBroker(String name) throws CommandException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "listplugins" -> new Json.Members(Map.of("plugins", plugins()));
            case "listlisteners" -> new Json.Members(Map.of("listeners", listeners()));
            default -> throw new CommandException("Unknown command");
        };
    }

    private Json plugins() {
        if (!has(Endpoint.DYNAMIC_SECURITY)) {
            return new Json.Elements(List.of());
        }
        Map<String, Json> plugin = new LinkedHashMap<>();
        plugin.put("name", Json.of("dynamic-security"));
        plugin.put(
                "control-endpoints",
                new Json.Elements(List.of(Json.of(Endpoint.DYNAMIC_SECURITY.topic()))));
        return new Json.Elements(List.of(new Json.Members(plugin)));
    }

    private Json listeners() {
        List<Json> all = new ArrayList<>();
        for (Listener listener : broker.options().listeners()) {
            Map<String, Json> one = new LinkedHashMap<>();
            int port =
                    switch (listener.address()) {
                        case Listener.Address.Tcp t -> t.port();
                        case Listener.Address.Loopback l -> l.port();
                        case Listener.Address.Unix _ -> 0;
                    };
            one.put("port", Json.of(port));
            one.put("protocol", Json.of(listener.webSocket() == null ? "mqtt" : "mqtt+websockets"));
            switch (listener.address()) {
                case Listener.Address.Tcp t when t.host() != null ->
                        one.put("bind-address", Json.of(t.host()));
                case Listener.Address.Unix u ->
                        one.put("socket-path", Json.of(u.path().toString()));
                default -> {}
            }
            one.put("tls", Json.of(listener.tls() != null));
            all.add(new Json.Members(one));
        }
        return new Json.Elements(all);
    }

    /// What waits is dropped.
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
