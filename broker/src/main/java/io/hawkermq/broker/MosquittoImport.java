package io.hawkermq.broker;

import io.hawkermq.core.Limits;
import io.hawkermq.core.Message;
import io.hawkermq.core.Publisher;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.mosquitto.database.MosquittoDatabase;
import io.hawkermq.mosquitto.database.SavedDelivery;
import io.hawkermq.mosquitto.database.SavedMessage;
import io.hawkermq.mosquitto.database.SavedSession;
import io.hawkermq.mosquitto.database.SavedSubscription;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Takes over what Mosquitto has left in its persistence file, as changes of a store that is empty:
/// sessions, subscriptions, what waits for clients and is in flight with them, retained messages.
/// They are one batch, so that a crash in the middle means that nothing was taken over and it is done
/// again. [#replay] tells the same to a [Recovery].
///
/// Three things differ between both brokers. Mosquitto gives a message of QoS 2 to its subscribers
/// when PUBREL comes, Hawker when PUBLISH comes: such a message is given to them now, as a
/// [StoredForward], and its Packet Identifier is received, so that it comes to everybody once.
/// Mosquitto saves what it has queued at QoS 0 whether or not it queues any more; here the option
/// decides. And Mosquitto saves neither wills nor Shared Subscriptions.
public final class MosquittoImport {
    /// All slots: the message goes to the sessions of every shard.
    private static final long ALL_SLOTS = -1;

    /// What has been made of a session, and what is to be said about it.
    private static final class Takeover {
        final StoredSession session;
        final List<StoreChange> deliveries = new ArrayList<>();
        final List<StoreChange> received = new ArrayList<>();
        final Set<Integer> sentPacketIds = new HashSet<>();
        final Set<Integer> receivedPacketIds = new HashSet<>();
        final Map<String, StoreChange.PutSubscription> subscriptions = new LinkedHashMap<>();
        final Map<String, Integer> refusals = new LinkedHashMap<>();
        final String remark;
        long sequence;
        long order;
        int waiting;
        int inFlight;

        Takeover(StoredSession session, String remark) {
            this.session = session;
            this.remark = remark;
        }

        void refuse(String what) {
            refusals.merge(what, 1, Integer::sum);
        }
    }

    private final long nowMillis;
    private final Limits.AtMostOnce atMostOnce;
    private final Consumer<? super String> report;
    private final Map<Long, StoredMessage> messages = new HashMap<>();
    private final Map<String, Takeover> takeovers = new LinkedHashMap<>();
    private final Map<String, Integer> passedOver = new LinkedHashMap<>();
    private final Map<TopicName, StoreChange.PutRetained> retained = new LinkedHashMap<>();
    private final List<StoreChange> forwards = new ArrayList<>();

    private MosquittoImport(
            long nowMillis, Limits.AtMostOnce atMostOnce, Consumer<? super String> report) {
        this.nowMillis = nowMillis;
        this.atMostOnce = atMostOnce;
        this.report = report;
    }

    /// The changes that make an empty store hold what `database` holds, in the order of [Recovery]'s
    /// methods: sessions, subscriptions, deliveries, received Packet Identifiers, retained messages,
    /// forwards.
    ///
    /// @param nowMillis milliseconds since the epoch; what has expired by then is left out
    /// @param atMostOnce whether what waits at QoS 0 is taken over
    /// @param report is given a line for each session, and for all that was not taken over and why
    public static List<StoreChange> changes(
            MosquittoDatabase database,
            long nowMillis,
            Limits.AtMostOnce atMostOnce,
            Consumer<? super String> report) {
        MosquittoImport all = new MosquittoImport(nowMillis, atMostOnce, report);
        all.take(database);
        return all.changes();
    }

    /// Tells a [Recovery] what [#changes] has made, in the order that it asks for. The deliveries and
    /// forwards are the same objects, so that the core and the store that was given the changes mean
    /// the same by them.
    public static void replay(List<StoreChange> changes, Recovery recovery) {
        List<StoredDelivery> deliveries = new ArrayList<>();
        List<StoreChange.ReleaseDelivery> released = new ArrayList<>();
        Set<StoredDelivery> over = new HashSet<>();
        for (StoreChange change : changes) {
            switch (change) {
                case StoreChange.PutDelivery c -> deliveries.add(c.delivery());
                case StoreChange.BeginDelivery c -> c.delivery().begun(c.packetId(), c.order());
                case StoreChange.ReleaseDelivery c -> {
                    released.add(c);
                    over.add(c.delivery());
                }
                case StoreChange.PutSession c -> recovery.session(c.session());
                default -> {} // in the passes below
            }
        }
        for (StoreChange change : changes) {
            if (change instanceof StoreChange.PutSubscription c) {
                recovery.subscription(c.subscription());
            }
        }
        for (StoredDelivery d : deliveries) {
            if (!over.contains(d)) {
                recovery.delivery(d);
            }
        }
        for (StoreChange.ReleaseDelivery c : released) {
            recovery.released(c.delivery().session(), c.packetId(), c.order());
        }
        for (StoreChange change : changes) {
            if (change instanceof StoreChange.PutReceived c) {
                recovery.received(c.session(), c.packetId());
            }
        }
        for (StoreChange change : changes) {
            if (change instanceof StoreChange.PutRetained c) {
                recovery.retained(c.message());
            }
        }
        for (StoreChange change : changes) {
            if (change instanceof StoreChange.PutForward c) {
                recovery.forward(c.forward());
            }
        }
    }

    private void take(MosquittoDatabase database) {
        database.problems().forEach(p -> report.accept("the file is damaged " + p));
        long untold = database.problemCount() - database.problems().size();
        if (untold > 0) {
            report.accept("the file is damaged in " + untold + " more places");
        }
        if (!database.atShutdown()) {
            report.accept(
                    "Mosquitto wrote the file while it was running; what happened after that is not"
                            + " in it");
        }
        for (SavedMessage m : database.messages()) {
            messages.put(m.storeId(), new StoredMessage(message(m)));
        }
        database.sessions().forEach(this::take);
        database.subscriptions().forEach(this::take);
        database.deliveries().forEach(this::take);
        database.retained().forEach(this::takeRetained);
        tell();
    }

    private static Message message(SavedMessage m) {
        return new Message(
                m.topic(),
                m.payload(),
                m.properties()
                        .without(Property.TOPIC_ALIAS)
                        .without(Property.MESSAGE_EXPIRY_INTERVAL)
                        .without(Property.SUBSCRIPTION_IDENTIFIER),
                m.qos(),
                m.retain(),
                publisher(m),
                m.expiresAt() == 0 ? Message.NEVER : m.expiresAt() * 1_000);
    }

    /// Versions that do not store the listener do not store the User Name either.
    private static Publisher publisher(SavedMessage m) {
        return m.listenerPort() == 0 || m.publisher().equals(Message.SERVER)
                ? Publisher.named(m.publisher())
                : Publisher.stored(m.publisher(), m.userName(), m.listenerPort());
    }

    // ---- sessions ----

    private void take(SavedSession s) {
        long expiresAt = s.expiresAt() * 1_000;
        if (takeovers.containsKey(s.clientId())) {
            report.accept(name(s.clientId()) + " stands there twice, the first was taken");
        } else if (s.expiryInterval() == 0) {
            passOver(s.clientId(), "it ends with its connection");
        } else if (s.expiresAt() > 0 && expiresAt <= nowMillis) {
            passOver(s.clientId(), "it expired at " + Instant.ofEpochMilli(expiresAt));
        } else {
            add(s, ofBridge(s) ? "; by its name it is of a bridge" : "");
        }
    }

    private void passOver(String clientId, String why) {
        passedOver.put(clientId, 0);
        report.accept(name(clientId) + " was not taken over: " + why);
    }

    /// What a bridge sends is queued by Mosquitto in a session with such a name, to which nobody
    /// will ever connect here.
    private static boolean ofBridge(SavedSession s) {
        return s.clientId().startsWith("local.") && s.userName() == null;
    }

    private Takeover add(SavedSession s, String remark) {
        StoredSession session =
                new StoredSession(
                        takeovers.size() + 1L,
                        s.clientId(),
                        s.userName(),
                        "",
                        s.expiryInterval(),
                        // Its client was connected, or it never expires: counts from now on, and so
                        // does what the configuration allows.
                        s.expiresAt() == 0 ? StoredSession.CONNECTED : s.expiresAt() * 1_000,
                        null,
                        Long.MAX_VALUE);
        Takeover t = new Takeover(session, remark);
        takeovers.put(s.clientId(), t);
        return t;
    }

    /// The session that a record belongs to, null if it is not taken over. One that has none, in a
    /// damaged file, gets a session that never expires: a session too many does less harm than a
    /// subscription too few.
    private @Nullable Takeover of(String clientId) {
        Takeover t = takeovers.get(clientId);
        if (t != null) {
            return t;
        }
        if (passedOver.containsKey(clientId)) {
            passedOver.merge(clientId, 1, Integer::sum);
            return null;
        }
        return add(
                new SavedSession(clientId, null, 0, 0, SavedSession.NEVER, 0),
                "; the file has no record of it but these");
    }

    private void take(SavedSubscription s) {
        Takeover t = of(s.clientId());
        if (t != null) {
            String filter = s.filter().toString();
            t.subscriptions.put(
                    filter,
                    new StoreChange.PutSubscription(
                            new StoredSubscription(
                                    t.session.number(), filter, s.options(), s.identifier())));
        }
    }

    // ---- messages ----

    private void take(SavedDelivery d) {
        Takeover t = of(d.clientId());
        if (t == null || d.state() == SavedDelivery.State.COMPLETED) {
            return;
        }
        StoredMessage message = messages.get(d.storeId());
        if (message == null) {
            t.refuse("whose content is not in the file");
        } else if (d.direction() == SavedDelivery.Direction.FROM_CLIENT) {
            takeReceived(t, d, message);
        } else if (d.qos() == QoS.AT_MOST_ONCE && atMostOnce == Limits.AtMostOnce.DROPPED) {
            t.refuse("of QoS 0, without 'queue_qos0_messages true'");
        } else {
            takeDelivery(t, d, message);
        }
    }

    private void takeDelivery(Takeover t, SavedDelivery d, StoredMessage message) {
        boolean isReleased =
                d.qos() == QoS.EXACTLY_ONCE && d.state() == SavedDelivery.State.AWAITS_PUBCOMP;
        // A Packet Identifier names one message at a time [MQTT-2.2.1-4].
        boolean isInFlight =
                (isReleased || wasSent(d)) && d.packetId() > 0 && t.sentPacketIds.add(d.packetId());
        if (isReleased && !isInFlight) {
            t.refuse("that had been received but for PUBCOMP, under no valid Packet Identifier");
            return;
        }
        if (!isInFlight && message.message().isExpired(nowMillis)) { // [MQTT-3.3.2-5]
            t.refuse("that had expired");
            return;
        }
        StoredDelivery delivery =
                new StoredDelivery(
                        t.session.number(),
                        ++t.sequence,
                        message,
                        d.qos(),
                        d.retain(),
                        identifiers(d.subscriptionIdentifiers()),
                        0);
        t.deliveries.add(new StoreChange.PutDelivery(delivery));
        if (!isInFlight) {
            t.waiting++;
            return;
        }
        t.inFlight++;
        t.deliveries.add(new StoreChange.BeginDelivery(delivery, d.packetId(), ++t.order));
        if (isReleased) {
            t.deliveries.add(new StoreChange.ReleaseDelivery(delivery, d.packetId(), t.order));
        }
    }

    /// True if the client may have had it: then it must come again under its Packet Identifier
    /// [MQTT-4.4.0-1].
    private static boolean wasSent(SavedDelivery d) {
        return switch (d.state()) {
            case QUEUED, COMPLETED, AWAITS_PUBREL -> false;
            case TO_BE_SENT -> d.dup() && d.qos() != QoS.AT_MOST_ONCE;
            case AWAITS_PUBACK -> d.qos() == QoS.AT_LEAST_ONCE;
            case AWAITS_PUBREC, AWAITS_PUBCOMP -> d.qos() == QoS.EXACTLY_ONCE;
        };
    }

    private static int @Nullable [] identifiers(List<Integer> all) {
        return all.isEmpty() ? null : all.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Every message from a client that Mosquitto keeps is one of QoS 2 whose PUBREL has not come.
    private void takeReceived(Takeover t, SavedDelivery d, StoredMessage message) {
        if (d.qos() != QoS.EXACTLY_ONCE
                || d.packetId() == 0
                || !t.receivedPacketIds.add(d.packetId())) {
            t.refuse("from the client under no valid Packet Identifier");
            return;
        }
        t.received.add(new StoreChange.PutReceived(t.session.number(), d.packetId()));
        if (message.message().isExpired(nowMillis)) {
            t.refuse("from the client that had expired");
            return;
        }
        forward(StoredForward.Purpose.DELIVER, message);
        if (message.message().retain()) {
            forward(StoredForward.Purpose.RETAIN, message);
        }
    }

    private void forward(StoredForward.Purpose purpose, StoredMessage message) {
        forwards.add(
                new StoreChange.PutForward(
                        new StoredForward(
                                forwards.size() + 1L, purpose, ALL_SLOTS, message, null, null)));
    }

    private void takeRetained(long storeId) {
        StoredMessage stored = messages.get(storeId);
        if (stored == null) {
            report.accept("a retained message was not taken over: its content is not in the file");
            return;
        }
        Message m = stored.message();
        if (m.isExpired(nowMillis)) {
            refuseRetained(m, "it had expired");
        } else if (m.payload().length == 0) {
            refuseRetained(m, "it has no payload"); // [MQTT-3.3.1-6]
        } else {
            retained.put(m.topic(), new StoreChange.PutRetained(m));
        }
    }

    private void refuseRetained(Message m, String why) {
        report.accept("the retained message of " + m.topic() + " was not taken over: " + why);
    }

    // ---- the outcome ----

    private List<StoreChange> changes() {
        List<StoreChange> changes = new ArrayList<>();
        takeovers.values().forEach(t -> changes.add(new StoreChange.PutSession(t.session)));
        takeovers.values().forEach(t -> changes.addAll(t.subscriptions.values()));
        takeovers.values().forEach(t -> changes.addAll(t.deliveries));
        takeovers.values().forEach(t -> changes.addAll(t.received));
        changes.addAll(retained.values());
        changes.addAll(forwards);
        return changes;
    }

    private void tell() {
        passedOver.forEach((clientId, records) -> {
            if (records > 0) {
                report.accept(
                        name(clientId)
                                + ": with it went "
                                + count(
                                        records,
                                        "subscription or message",
                                        "subscriptions and" + " messages"));
            }
        });
        for (Takeover t : takeovers.values()) {
            String name = name(t.session.clientId());
            report.accept(
                    name
                            + " was taken over with "
                            + count(t.subscriptions.size(), "subscription", "subscriptions")
                            + ", "
                            + count(t.waiting, "message", "messages")
                            + " waiting, "
                            + t.inFlight
                            + " in flight to it, "
                            + t.received.size()
                            + " in flight from it"
                            + t.remark);
            t.refusals.forEach((what, times) ->
                    report.accept(
                            name
                                    + ": "
                                    + count(times, "message was", "messages were")
                                    + " not taken over, "
                                    + what));
        }
        report.accept(
                count(retained.size(), "retained message was", "retained messages were")
                        + " taken over");
    }

    private static String name(String clientId) {
        return "the session of " + clientId;
    }

    private static String count(int number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
