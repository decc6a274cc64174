package io.hawkermq.core.simulation;

import io.hawkermq.core.Limits;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What a client likes to do: which topics, which options, how often.
final class Choices {
    private static final List<String> TOPICS =
            List.of(
                    "a",
                    "a/b",
                    "a/b/c",
                    "a/c",
                    "b",
                    "b/b",
                    "b/x/c",
                    "hidden/x",
                    "no/x",
                    "$own/x",
                    "/",
                    "a/");
    private static final List<String> FILTERS =
            List.of(
                    "a",
                    "a/b",
                    "a/+",
                    "a/#",
                    "#",
                    "+",
                    "+/b",
                    "+/+",
                    "b/#",
                    "b/x/c",
                    "+/x/#",
                    "hidden/#",
                    "no/x",
                    "$own/#",
                    "will/+",
                    "a/b/c",
                    "/");
    private static final List<String> SHARED =
            List.of(
                    "$share/g/a/#",
                    "$share/g/+/b",
                    "$share/h/a/#",
                    "$share/h/b",
                    "$share/g/will/#");

    /// The Topic Filters of one SUBSCRIBE.
    record Subscribe(List<Packet.Subscribe.Entry> entries, Properties properties) {}

    /// Whether a client has Shared Subscriptions. Only with Subscription Identifiers can it tell
    /// what it got for which.
    private enum Sharing {
        NEVER,
        ALWAYS,
        SOMETIMES
    }

    private final World world;
    private final RandomGenerator random;
    private final String key;
    private final ProtocolVersion version;
    private final String clientId;
    private final Sharing sharing;
    private final boolean hasIdentifiers;
    private final boolean isSmall;
    private final boolean likesRetain;
    private final int receiveMaximum;
    private final int aliasMaximum;
    private final int slowness;
    private final int onlyShared;

    Choices(World world, String key) {
        this.world = world;
        this.key = key;
        random = world.random();
        version =
                random.nextBoolean()
                        ? ProtocolVersion.MQTT_5
                        : random.nextInt(4) == 0
                                ? ProtocolVersion.MQTT_3_1
                                : ProtocolVersion.MQTT_3_1_1;
        boolean isMqtt5 = version.isMqtt5();
        clientId = isMqtt5 && random.nextInt(10) == 0 ? "" : key + random.nextInt(1_000);
        hasIdentifiers = isMqtt5 && random.nextBoolean();
        int n = random.nextInt(6);
        sharing =
                n == 0
                        ? Sharing.ALWAYS
                        : n < 3 && hasIdentifiers ? Sharing.SOMETIMES : Sharing.NEVER;
        isSmall = isMqtt5 && random.nextInt(6) == 0;
        likesRetain = random.nextBoolean();
        Limits limits = world.profile().limits();
        receiveMaximum =
                isMqtt5
                        ? Profile.pick(random, 1, 2, 3, 10, 65_535)
                        : Math.max(limits.receiveMaximum(), limits.widestWindow());
        aliasMaximum = isMqtt5 ? Profile.pick(random, 0, 1, 3) : 0;
        onlyShared = random.nextInt(SHARED.size());
        slowness = Profile.pick(random, 0, 10, 500);
    }

    ProtocolVersion version() {
        return version;
    }

    /// Empty if the server is to assign one.
    String clientId() {
        return clientId;
    }

    /// True if it takes only small packets.
    boolean isSmall() {
        return isSmall;
    }

    int receiveMaximum() {
        return receiveMaximum;
    }

    int aliasMaximum() {
        return aliasMaximum;
    }

    int slowness() {
        return slowness;
    }

    private boolean chance(int of) {
        return random.nextInt(of) == 0;
    }

    // ---- connections ----

    Packet.Connect connect(String as) {
        boolean stays = random.nextInt(100) < world.profile().stays() && !as.isEmpty();
        long expiry = stays ? Profile.pick(random, 3, 30, 3_600, -1) & 0xFFFF_FFFFL : 0;
        boolean cleanStart = version.isMqtt5() ? chance(stays ? 12 : 2) : !stays;
        return connect(
                as,
                cleanStart,
                expiry,
                Profile.pick(random, 0, 2, 10, 60),
                chance(world.isDurable() ? 2 : 3) ? will() : null);
    }

    /// To get what is left in the session.
    Packet.Connect reconnect(String as) {
        boolean cleanStart = as.isEmpty();
        return connect(as, cleanStart, 3_600, 0, null);
    }

    private Packet.Connect connect(
            String as, boolean cleanStart, long expiry, int keepAlive, @Nullable Will will) {
        Properties.Builder b = Properties.builder();
        if (version.isMqtt5()) {
            if (expiry > 0) {
                b.add(Property.SESSION_EXPIRY_INTERVAL, expiry);
            }
            if (receiveMaximum < 65_535) {
                b.add(Property.RECEIVE_MAXIMUM, receiveMaximum);
            }
            if (aliasMaximum > 0) {
                b.add(Property.TOPIC_ALIAS_MAXIMUM, aliasMaximum);
            }
            if (isSmall) {
                b.add(Property.MAXIMUM_PACKET_SIZE, Published.SMALL_MAXIMUM);
            }
        }
        return new Packet.Connect(
                version, false, cleanStart, allowed(keepAlive), as, will, null, null, b.build());
    }

    /// Before 5.0 a client with a longer Keep Alive than the server takes would be refused.
    private int allowed(int keepAlive) {
        int most = world.profile().limits().maximumKeepAlive();
        boolean isTaken =
                version.isMqtt5() || most == 65_535 || (keepAlive > 0 && keepAlive <= most);
        return isTaken ? keepAlive : most;
    }

    private Will will() {
        boolean isMqtt5 = version.isMqtt5();
        boolean isRetained = chance(3);
        Published m =
                world.newMessage(
                        "will/" + key,
                        QoS.of(random.nextInt(3)),
                        isRetained,
                        isMqtt5 && chance(6) ? 1 + random.nextInt(20) : -1,
                        isMqtt5 && chance(2)
                                ? Properties.of(Property.CONTENT_TYPE, "will")
                                : Properties.NONE,
                        chance(10) ? Published.LARGE : 10);
        Properties properties = m.properties();
        if (isMqtt5 && chance(2)) {
            properties =
                    properties.with(
                            Property.WILL_DELAY_INTERVAL,
                            world.isDurable()
                                    ? Profile.pick(random, 1, 5, 5, 30)
                                    : Profile.pick(random, 0, 1, 5, 100));
        }
        if (m.expirySeconds() >= 0) {
            properties = properties.with(Property.MESSAGE_EXPIRY_INTERVAL, m.expirySeconds());
        }
        return new Will(TopicName.of(m.topic()), m.payload(), m.qos(), isRetained, properties);
    }

    Packet.Disconnect disconnect() {
        if (!version.isMqtt5()) {
            return new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE);
        }
        return new Packet.Disconnect(
                chance(4) ? ReasonCode.DISCONNECT_WITH_WILL_MESSAGE : ReasonCode.SUCCESS,
                chance(6) ? Properties.of(Property.SESSION_EXPIRY_INTERVAL, 0) : Properties.NONE);
    }

    // ---- messages ----

    Published publish() {
        boolean isRetained = chance(likesRetain ? 2 : 8);
        String topic = TOPICS.get(random.nextInt(TOPICS.size()));
        int size = isRetained && chance(6) ? 0 : chance(12) ? Published.LARGE : random.nextInt(60);
        return world.newMessage(
                topic,
                QoS.of(random.nextInt(3)),
                isRetained,
                version.isMqtt5() && chance(6) ? 1 + random.nextInt(20) : -1,
                version.isMqtt5() && chance(4) ? properties() : Properties.NONE,
                size == 0 && !isRetained ? 1 : size);
    }

    /// Messages of one QoS, 0 or 1, on one topic, as a client sends them that has much to say.
    List<Published> burst() {
        String topic = TOPICS.get(random.nextInt(TOPICS.size()));
        QoS qos = QoS.of(random.nextInt(2));
        List<Published> messages = new ArrayList<>();
        for (int left = 2 + random.nextInt(6); left > 0; left--) {
            messages.add(
                    world.newMessage(
                            topic, qos, false, -1, Properties.NONE, 1 + random.nextInt(60)));
        }
        return messages;
    }

    private Properties properties() {
        Properties.Builder b = Properties.builder();
        if (chance(2)) {
            b.user("n", Integer.toString(random.nextInt(9))).user("a", "1").user("n", "2");
        }
        if (chance(2)) {
            b.add(Property.PAYLOAD_FORMAT_INDICATOR, 1);
        }
        if (chance(2)) {
            b.add(Property.RESPONSE_TOPIC, "answer/" + key);
            b.add(Property.CORRELATION_DATA, new byte[] {1, 2, 3});
        }
        return b.build();
    }

    // ---- subscriptions ----

    Subscribe subscribe() {
        List<Packet.Subscribe.Entry> entries = new ArrayList<>();
        if (sharing == Sharing.ALWAYS || (sharing == Sharing.SOMETIMES && chance(2))) {
            // One alone, so that its Subscription Identifier is its own.
            String filter = SHARED.get(hasIdentifiers ? random.nextInt(SHARED.size()) : onlyShared);
            entries.add(new Packet.Subscribe.Entry(TopicFilter.of(filter), options(Kind.SHARED)));
            return new Subscribe(entries, identifier());
        }
        int count = 1 + (chance(4) ? random.nextInt(3) : 0);
        List<String> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String filter = FILTERS.get(random.nextInt(FILTERS.size()));
            if (!chosen.contains(filter)) {
                chosen.add(filter);
                entries.add(
                        new Packet.Subscribe.Entry(TopicFilter.of(filter), options(Kind.PLAIN)));
            }
        }
        return new Subscribe(entries, identifier());
    }

    /// A subscription to a filter at QoS 1 that brings all retained messages.
    Subscribe subscribeToAll(String filter) {
        return new Subscribe(
                List.of(
                        new Packet.Subscribe.Entry(
                                TopicFilter.of(filter), SubscriptionOptions.of(QoS.AT_LEAST_ONCE))),
                identifier());
    }

    boolean hasOnlyShared() {
        return sharing == Sharing.ALWAYS;
    }

    private Properties identifier() {
        return hasIdentifiers
                ? Properties.of(Property.SUBSCRIPTION_IDENTIFIER, world.newIdentifier())
                : Properties.NONE;
    }

    private enum Kind {
        PLAIN,
        SHARED
    }

    private SubscriptionOptions options(Kind kind) {
        QoS qos = QoS.of(random.nextInt(3));
        return version.isMqtt5()
                ? new SubscriptionOptions(
                        qos,
                        kind == Kind.PLAIN && chance(4),
                        chance(3),
                        RetainHandling.of(random.nextInt(3)))
                : SubscriptionOptions.of(qos);
    }
}
