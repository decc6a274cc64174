package io.hawkermq.core.simulation;

import io.hawkermq.core.Outbox;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Cores that are broken in one way each, by name. Each supplier makes a fresh one for each run.
final class Mutants {
    private Mutants() {}

    static Map<String, Supplier<Mutation>> all() {
        Map<String, Supplier<Mutation>> all = new LinkedHashMap<>();
        ofAnswers(all);
        ofDeliveries(all);
        PairMutants.addTo(all);
        MailboxMutants.addTo(all);
        ofWhatIsUnderstood(all);
        DoorMutants.addTo(all);
        return all;
    }

    /// Takes packets apart and changes nothing.
    static Mutation none() {
        return sent(Packet.class, 1, p -> p).get();
    }

    // ---- what is sent ----

    private static void ofAnswers(Map<String, Supplier<Mutation>> all) {
        all.put("drops a PUBACK", sent(Packet.Puback.class, 7, p -> null));
        all.put("drops a PUBREC", sent(Packet.Pubrec.class, 7, p -> null));
        all.put("drops a PUBREL", sent(Packet.Pubrel.class, 7, p -> null));
        all.put("drops a PUBCOMP", sent(Packet.Pubcomp.class, 7, p -> null));
        all.put("drops a SUBACK", sent(Packet.Suback.class, 5, p -> null));
        all.put("drops an UNSUBACK", sent(Packet.Unsuback.class, 2, p -> null));
        all.put(
                "acknowledges another packet identifier",
                sent(
                        Packet.Puback.class,
                        7,
                        p -> new Packet.Puback(p.packetId() + 1, p.reasonCode(), p.properties())));
        all.put(
                "says that a session is present",
                sent(
                        Packet.Connack.class,
                        3,
                        p -> new Packet.Connack(true, p.reasonCode(), p.properties())));
        all.put(
                "says that no session is present",
                sent(
                        Packet.Connack.class,
                        2,
                        p -> new Packet.Connack(false, p.reasonCode(), p.properties())));
        all.put(
                "grants less than it gives",
                sent(
                        Packet.Suback.class,
                        3,
                        p ->
                                new Packet.Suback(
                                        p.packetId(),
                                        p.reasonCodes().stream()
                                                .map(c -> ReasonCode.SUCCESS)
                                                .toList(),
                                        p.properties())));
        all.put(
                "tells nobody that it was not authorized",
                sent(
                        Packet.Puback.class,
                        1,
                        p -> new Packet.Puback(p.packetId(), ReasonCode.SUCCESS, p.properties())));
    }

    private static void ofDeliveries(Map<String, Supplier<Mutation>> all) {
        all.put("loses a message", sent(Packet.Publish.class, 9, p -> null));
        all.put(
                "loses an acknowledged message",
                sent(Packet.Publish.class, 5, p -> p.packetId() == 0 ? p : null));
        all.put(
                "sets DUP",
                sent(
                        Packet.Publish.class,
                        9,
                        p -> p.qos() == QoS.AT_MOST_ONCE ? p : with(p, Part.DUP)));
        all.put(
                "sends again without DUP",
                sent(Packet.Publish.class, 1, p -> p.dup() ? with(p, Part.DUP) : p));
        all.put("flips RETAIN", sent(Packet.Publish.class, 9, p -> with(p, Part.RETAIN)));
        all.put(
                "sends at QoS 1 what is QoS 2",
                sent(
                        Packet.Publish.class,
                        5,
                        p -> p.qos() == QoS.EXACTLY_ONCE ? with(p, Part.QOS) : p));
        all.put(
                "loses the Subscription Identifiers",
                sent(
                        Packet.Publish.class,
                        5,
                        p -> with(p, p.properties().without(Property.SUBSCRIPTION_IDENTIFIER))));
        all.put(
                "loses the User Properties",
                sent(
                        Packet.Publish.class,
                        1,
                        p -> with(p, p.properties().without(Property.USER_PROPERTY))));
        all.put(
                "forwards the expiry as it came",
                sent(
                        Packet.Publish.class,
                        1,
                        p ->
                                p.properties().has(Property.MESSAGE_EXPIRY_INTERVAL)
                                        ? with(
                                                p,
                                                p.properties()
                                                        .without(Property.MESSAGE_EXPIRY_INTERVAL)
                                                        .with(Property.MESSAGE_EXPIRY_INTERVAL, 20))
                                        : p));
        all.put(
                "damages a payload",
                sent(
                        Packet.Publish.class,
                        9,
                        p -> {
                            byte[] payload = p.payload().clone();
                            if (payload.length > 5) {
                                payload[payload.length - 1] ^= 1;
                            }
                            return new Packet.Publish(
                                    p.dup(),
                                    p.qos(),
                                    p.retain(),
                                    p.topic(),
                                    p.packetId(),
                                    p.properties(),
                                    payload);
                        }));
        all.put("passes a run on without its last packet", Mutants::withoutTheLastOfARun);
        all.put("passes on the publisher's packet ids", Mutants::withThePublishersPacketIds);
        all.put(
                "uses a Topic Alias above the maximum",
                sent(
                        Packet.Publish.class,
                        5,
                        p ->
                                p.topic() == null || p.properties().has(Property.TOPIC_ALIAS)
                                        ? p
                                        : with(p, p.properties().with(Property.TOPIC_ALIAS, 9))));
    }

    /// Passes a run of several packets on without its last one.
    private static Mutation withoutTheLastOfARun() {
        return new Mutation() {
            @Override
            public Outbox outbox(Outbox real, String clientKey) {
                return new Meddler(real) {
                    @Override
                    public boolean relay(PublishRun run, int[] packetIds) {
                        int left = Math.max(1, run.count() - 1);
                        packets(run, packetIds).subList(0, left).forEach(this::pass);
                        return true;
                    }
                };
            }
        };
    }

    /// Leaves the publisher's Packet Identifiers in a run.
    private static Mutation withThePublishersPacketIds() {
        return new Mutation() {
            @Override
            public Outbox outbox(Outbox real, String clientKey) {
                return new Meddler(real) {
                    @Override
                    public boolean relay(PublishRun run, int[] packetIds) {
                        run.packets().forEach(this::pass);
                        return true;
                    }
                };
            }
        };
    }

    private enum Part {
        DUP,
        RETAIN,
        QOS
    }

    private static Packet.Publish with(Packet.Publish p, Part changed) {
        return new Packet.Publish(
                (changed == Part.DUP) != p.dup(),
                changed == Part.QOS ? QoS.AT_LEAST_ONCE : p.qos(),
                (changed == Part.RETAIN) != p.retain(),
                p.topic(),
                p.packetId(),
                p.properties(),
                p.payload());
    }

    static Packet.Publish with(Packet.Publish p, Properties properties) {
        return new Packet.Publish(
                p.dup(), p.qos(), p.retain(), p.topic(), p.packetId(), properties, p.payload());
    }

    /// A core that changes each `nth` packet of a type; null drops it.
    private static <P extends Packet> Supplier<Mutation> sent(
            Class<P> type, int nth, java.util.function.Function<P, @Nullable Packet> change) {
        return () ->
                new Mutation() {
                    private int count;

                    @Override
                    public Outbox outbox(Outbox real, String clientKey) {
                        return new Meddler(real) {
                            @Override
                            void pass(Packet packet) {
                                Packet changed = packet;
                                if (type.isInstance(packet) && ++count % nth == 0) {
                                    changed = change.apply(type.cast(packet));
                                }
                                if (changed != null) {
                                    real.send(changed);
                                }
                            }
                        };
                    }
                };
    }

    // ---- what the core understands of a packet ----

    private static void ofWhatIsUnderstood(Map<String, Supplier<Mutation>> all) {
        all.put("ignores the Receive Maximum", connect(p -> p.without(Property.RECEIVE_MAXIMUM)));
        all.put(
                "ignores the Maximum Packet Size",
                connect(p -> p.without(Property.MAXIMUM_PACKET_SIZE)));
        all.put(
                "ignores the Session Expiry Interval",
                connect(p -> p.without(Property.SESSION_EXPIRY_INTERVAL)));
        all.put(
                "never expires a session",
                connect(p ->
                        p.without(Property.SESSION_EXPIRY_INTERVAL)
                                .with(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL)));
        all.put("forgets wills", connecting(Mutants::withoutWill));
        all.put("ignores Clean Start", connecting(Mutants::withoutCleanStart));
        all.put(
                "ignores No Local",
                options(o ->
                        new SubscriptionOptions(
                                o.qos(), false, o.retainAsPublished(), o.retainHandling())));
        all.put(
                "ignores Retain As Published",
                options(o ->
                        new SubscriptionOptions(o.qos(), o.noLocal(), false, o.retainHandling())));
        all.put(
                "ignores Retain Handling",
                options(o ->
                        new SubscriptionOptions(
                                o.qos(), o.noLocal(), o.retainAsPublished(), RetainHandling.SEND)));
        all.put(
                "sends no retained messages",
                options(o ->
                        new SubscriptionOptions(
                                o.qos(),
                                o.noLocal(),
                                o.retainAsPublished(),
                                RetainHandling.DO_NOT_SEND)));
        all.put(
                "grants QoS 2 for QoS 1",
                options(o ->
                        new SubscriptionOptions(
                                o.qos().max(QoS.AT_LEAST_ONCE) == QoS.AT_LEAST_ONCE
                                        ? QoS.EXACTLY_ONCE
                                        : o.qos(),
                                o.noLocal(),
                                o.retainAsPublished(),
                                o.retainHandling())));
        all.put(
                "subscribes to too much",
                received(p -> p instanceof Packet.Subscribe s ? widened(s) : p));
        all.put(
                "ignores UNSUBSCRIBE",
                received(p ->
                        p instanceof Packet.Unsubscribe u
                                ? new Packet.Unsubscribe(
                                        u.packetId(),
                                        List.of(TopicFilter.of("nothing")),
                                        u.properties())
                                : p));
        all.put(
                "ignores a PUBLISH",
                received(
                        1,
                        p ->
                                p instanceof Packet.Publish q && q.payload().length % 8 == 5
                                        ? null
                                        : p));
        all.put(
                "never retains",
                received(p ->
                        p instanceof Packet.Publish q && q.retain() ? with(q, Part.RETAIN) : p));
        all.put(
                "keeps wills of those who say goodbye",
                received(p ->
                        p instanceof Packet.Disconnect d && d.reasonCode() == ReasonCode.SUCCESS
                                ? new Packet.Disconnect(
                                        ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, d.properties())
                                : p));
        all.put("takes no PUBREL", received(p -> p instanceof Packet.Pubrel ? null : p));
        all.put("takes no PUBACK", received(p -> p instanceof Packet.Puback ? null : p));
        all.put("delays wills never", connecting(Mutants::withoutWillDelay));
    }

    private static Supplier<Mutation> received(
            java.util.function.Function<Packet, @Nullable Packet> change) {
        return received(1, change);
    }

    private static Supplier<Mutation> received(
            int nth, java.util.function.Function<Packet, @Nullable Packet> change) {
        return () ->
                new Mutation() {
                    private int count;

                    @Override
                    public @Nullable Packet received(Packet packet) {
                        return ++count % nth == 0 ? change.apply(packet) : packet;
                    }
                };
    }

    private static Supplier<Mutation> connecting(UnaryOperator<Packet.Connect> change) {
        return received(p -> p instanceof Packet.Connect c ? change.apply(c) : p);
    }

    private static Supplier<Mutation> connect(UnaryOperator<Properties> change) {
        return connecting(c ->
                new Packet.Connect(
                        c.version(),
                        c.isBridge(),
                        c.cleanStart(),
                        c.keepAlive(),
                        c.clientId(),
                        c.will(),
                        c.userName(),
                        c.password(),
                        c.version().isMqtt5() ? change.apply(c.properties()) : c.properties()));
    }

    private static Packet.Connect withoutWill(Packet.Connect c) {
        return new Packet.Connect(
                c.version(),
                c.isBridge(),
                c.cleanStart(),
                c.keepAlive(),
                c.clientId(),
                null,
                c.userName(),
                c.password(),
                c.properties());
    }

    private static Packet.Connect withoutWillDelay(Packet.Connect c) {
        io.hawkermq.protocol.Will w = c.will();
        if (w == null) {
            return c;
        }
        return new Packet.Connect(
                c.version(),
                c.isBridge(),
                c.cleanStart(),
                c.keepAlive(),
                c.clientId(),
                new io.hawkermq.protocol.Will(
                        w.topic(),
                        w.payload(),
                        w.qos(),
                        w.retain(),
                        w.properties().without(Property.WILL_DELAY_INTERVAL)),
                c.userName(),
                c.password(),
                c.properties());
    }

    private static Packet.Connect withoutCleanStart(Packet.Connect c) {
        return new Packet.Connect(
                c.version(),
                c.isBridge(),
                false,
                c.keepAlive(),
                c.clientId(),
                c.will(),
                c.userName(),
                c.password(),
                c.properties());
    }

    private static Supplier<Mutation> options(UnaryOperator<SubscriptionOptions> change) {
        return received(p ->
                p instanceof Packet.Subscribe s
                        ? new Packet.Subscribe(
                                s.packetId(),
                                s.entries().stream()
                                        .map(e ->
                                                new Packet.Subscribe.Entry(
                                                        e.filter(), change.apply(e.options())))
                                        .toList(),
                                s.properties())
                        : p);
    }

    private static Packet.Subscribe widened(Packet.Subscribe s) {
        return new Packet.Subscribe(
                s.packetId(),
                s.entries().stream()
                        .map(e ->
                                e.filter().toString().equals("a/+")
                                        ? new Packet.Subscribe.Entry(
                                                TopicFilter.of("a/#"), e.options())
                                        : e)
                        .toList(),
                s.properties());
    }
}
