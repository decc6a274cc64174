package io.hawkermq.protocol;

import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.jspecify.annotations.Nullable;

/// Arbitrary packets that a version can express.
final class Packets {
    private static final List<ReasonCode> CODES = List.of(ReasonCode.values());

    private Packets() {}

    /// Everything that a client may send after CONNECT.
    static Arbitrary<Packet> ofClient(ProtocolVersion version) {
        return version.isMqtt5()
                ? Arbitraries.oneOf(
                        publishes(version, PacketSource.CLIENT),
                        acknowledgements(version),
                        subscribes(version),
                        unsubscribes(version),
                        Arbitraries.just(new Packet.Pingreq()),
                        disconnects(PacketSource.CLIENT),
                        auths(PacketSource.CLIENT))
                : Arbitraries.oneOf(
                        publishes(version, PacketSource.CLIENT),
                        acknowledgements(version),
                        subscribes(version),
                        unsubscribes(version),
                        Arbitraries.just(new Packet.Pingreq()),
                        Arbitraries.just(
                                new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE)));
    }

    /// Everything that a server may send after CONNACK.
    static Arbitrary<Packet> ofServer(ProtocolVersion version) {
        return version.isMqtt5()
                ? Arbitraries.oneOf(
                        publishes(version, PacketSource.SERVER),
                        acknowledgements(version),
                        subacks(version),
                        unsubacks(version),
                        Arbitraries.just(new Packet.Pingresp()),
                        disconnects(PacketSource.SERVER),
                        auths(PacketSource.SERVER))
                : Arbitraries.oneOf(
                        publishes(version, PacketSource.SERVER),
                        acknowledgements(version),
                        subacks(version),
                        unsubacks(version),
                        Arbitraries.just(new Packet.Pingresp()));
    }

    static Arbitrary<Packet> connects(ProtocolVersion version) {
        Arbitrary<@Nullable Will> wills =
                Combinators.combine(topics(), binary(), qos(), flags(), willProperties(version))
                        .as(Will::new)
                        .injectNull(0.3);
        Arbitrary<@Nullable String> users = names().injectNull(0.3);
        Arbitrary<byte @Nullable []> passwords = binary().injectNull(0.3);
        return Combinators.combine(
                        flags(),
                        flags(),
                        Arbitraries.integers().between(0, 65_535),
                        names(),
                        wills,
                        users,
                        passwords,
                        properties(version, PacketType.CONNECT, PacketSource.CLIENT))
                .as((bridge, clean, keepAlive, id, will, user, password, properties) ->
                        new Packet.Connect(
                                version,
                                bridge,
                                clean,
                                keepAlive,
                                id,
                                will,
                                user,
                                user == null && !version.isMqtt5() ? null : password,
                                complete(properties)));
    }

    static Arbitrary<Packet> connacks(ProtocolVersion version) {
        Arbitrary<ReasonCode> codes =
                version.isMqtt5()
                        ? codes(PacketType.CONNACK, PacketSource.SERVER)
                        : Arbitraries.of(
                                ReasonCode.SUCCESS,
                                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                                ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                                ReasonCode.SERVER_UNAVAILABLE,
                                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                                ReasonCode.NOT_AUTHORIZED);
        return Combinators.combine(
                        flags(),
                        codes,
                        properties(version, PacketType.CONNACK, PacketSource.SERVER))
                .as((present, code, properties) ->
                        new Packet.Connack(
                                present
                                        && code == ReasonCode.SUCCESS
                                        && version != ProtocolVersion.MQTT_3_1,
                                code,
                                properties));
    }

    static Arbitrary<Packet> publishes(ProtocolVersion version, PacketSource source) {
        return Combinators.combine(
                        flags(),
                        qos(),
                        flags(),
                        topics(),
                        packetIds(),
                        properties(version, PacketType.PUBLISH, source),
                        Arbitraries.bytes().array(byte[].class).ofMaxSize(300))
                .as((dup, qos, retain, topic, id, properties, payload) ->
                        new Packet.Publish(
                                dup && qos != QoS.AT_MOST_ONCE,
                                qos,
                                retain,
                                properties.has(Property.TOPIC_ALIAS) && id % 2 == 0 ? null : topic,
                                qos == QoS.AT_MOST_ONCE ? 0 : id,
                                properties,
                                payload));
    }

    private static Arbitrary<Packet> acknowledgements(ProtocolVersion version) {
        return Arbitraries.oneOf(
                acknowledgement(version, PacketType.PUBACK, Packet.Puback::new),
                acknowledgement(version, PacketType.PUBREC, Packet.Pubrec::new),
                acknowledgement(version, PacketType.PUBREL, Packet.Pubrel::new),
                acknowledgement(version, PacketType.PUBCOMP, Packet.Pubcomp::new));
    }

    private interface Acknowledgement {
        Packet of(int packetId, ReasonCode code, Properties properties);
    }

    private static Arbitrary<Packet> acknowledgement(
            ProtocolVersion version, PacketType type, Acknowledgement acknowledgement) {
        Arbitrary<ReasonCode> codes =
                version.isMqtt5()
                        ? codes(type, PacketSource.CLIENT)
                        : Arbitraries.just(ReasonCode.SUCCESS);
        return Combinators.combine(
                        packetIds(), codes, properties(version, type, PacketSource.CLIENT))
                .as(acknowledgement::of);
    }

    private static Arbitrary<Packet> subscribes(ProtocolVersion version) {
        Arbitrary<SubscriptionOptions> options =
                version.isMqtt5()
                        ? Combinators.combine(
                                        qos(),
                                        flags(),
                                        flags(),
                                        Arbitraries.of(RetainHandling.values()))
                                .as(SubscriptionOptions::new)
                        : qos().map(SubscriptionOptions::of);
        Arbitrary<Packet.Subscribe.Entry> entries =
                Combinators.combine(filters(), options)
                        .as((filter, o) ->
                                new Packet.Subscribe.Entry(
                                        filter,
                                        filter.isShared()
                                                ? new SubscriptionOptions(
                                                        o.qos(),
                                                        false,
                                                        o.retainAsPublished(),
                                                        o.retainHandling())
                                                : o));
        return Combinators.combine(
                        packetIds(),
                        entries.list().ofMinSize(1).ofMaxSize(5),
                        properties(version, PacketType.SUBSCRIBE, PacketSource.CLIENT))
                .as(Packet.Subscribe::new);
    }

    private static Arbitrary<Packet> unsubscribes(ProtocolVersion version) {
        return Combinators.combine(
                        packetIds(),
                        filters().list().ofMinSize(1).ofMaxSize(5),
                        properties(version, PacketType.UNSUBSCRIBE, PacketSource.CLIENT))
                .as(Packet.Unsubscribe::new);
    }

    private static Arbitrary<Packet> subacks(ProtocolVersion version) {
        Arbitrary<ReasonCode> codes =
                version.isMqtt5()
                        ? codes(PacketType.SUBACK, PacketSource.SERVER)
                        : Arbitraries.of(
                                ReasonCode.SUCCESS,
                                ReasonCode.GRANTED_QOS_1,
                                ReasonCode.GRANTED_QOS_2,
                                ReasonCode.UNSPECIFIED_ERROR);
        return Combinators.combine(
                        packetIds(),
                        codes.list().ofMinSize(1).ofMaxSize(5),
                        properties(version, PacketType.SUBACK, PacketSource.SERVER))
                .as(Packet.Suback::new);
    }

    private static Arbitrary<Packet> unsubacks(ProtocolVersion version) {
        int most = version.isMqtt5() ? 5 : 0;
        return Combinators.combine(
                        packetIds(),
                        codes(PacketType.UNSUBACK, PacketSource.SERVER)
                                .list()
                                .ofMinSize(Math.min(1, most))
                                .ofMaxSize(most),
                        properties(version, PacketType.UNSUBACK, PacketSource.SERVER))
                .as(Packet.Unsuback::new);
    }

    private static Arbitrary<Packet> disconnects(PacketSource source) {
        return Combinators.combine(
                        codes(PacketType.DISCONNECT, source),
                        properties(ProtocolVersion.MQTT_5, PacketType.DISCONNECT, source))
                .as((code, properties) ->
                        new Packet.Disconnect(
                                code,
                                source == PacketSource.SERVER
                                        ? properties.without(Property.SESSION_EXPIRY_INTERVAL)
                                        : properties));
    }

    private static Arbitrary<Packet> auths(PacketSource source) {
        return Combinators.combine(
                        codes(PacketType.AUTH, source),
                        properties(ProtocolVersion.MQTT_5, PacketType.AUTH, source))
                .as((code, properties) ->
                        new Packet.Auth(
                                code,
                                properties.has(Property.AUTHENTICATION_METHOD)
                                        ? properties
                                        : properties.with(Property.AUTHENTICATION_METHOD, "m")));
    }

    private static Properties complete(Properties properties) {
        return properties.has(Property.AUTHENTICATION_DATA)
                        && !properties.has(Property.AUTHENTICATION_METHOD)
                ? properties.with(Property.AUTHENTICATION_METHOD, "SCRAM")
                : properties;
    }

    /// Properties that `packet` may carry, each once unless it may stand there more often.
    static Arbitrary<Properties> properties(
            ProtocolVersion version, PacketType packet, PacketSource source) {
        List<Property> allowed =
                List.of(Property.values()).stream()
                        .filter(p -> p.isAllowedIn(packet))
                        .filter(p ->
                                p != Property.SUBSCRIPTION_IDENTIFIER
                                        || packet != PacketType.PUBLISH
                                        || source == PacketSource.SERVER)
                        .toList();
        boolean manyIdentifiers = packet == PacketType.PUBLISH && source == PacketSource.SERVER;
        return properties(version, allowed, manyIdentifiers);
    }

    private static Arbitrary<Properties> willProperties(ProtocolVersion version) {
        return properties(
                version,
                List.of(Property.values()).stream().filter(Property::isAllowedInWill).toList(),
                false);
    }

    private record Entry(Property property, Object value) {}

    private static Arbitrary<Properties> properties(
            ProtocolVersion version, List<Property> allowed, boolean manyIdentifiers) {
        if (!version.isMqtt5() || allowed.isEmpty()) {
            return Arbitraries.just(Properties.NONE);
        }
        return Arbitraries.of(allowed)
                .flatMap(p -> value(p).map(v -> new Entry(p, v)))
                .list()
                .ofMaxSize(6)
                .map(entries -> {
                    Properties.Builder b = Properties.builder();
                    for (Entry e : entries) {
                        boolean repeats =
                                e.property == Property.USER_PROPERTY
                                        || (manyIdentifiers
                                                && e.property == Property.SUBSCRIPTION_IDENTIFIER);
                        if (repeats || !b.has(e.property)) {
                            b.add(e.property, e.value);
                        }
                    }
                    return b.build();
                });
    }

    private static Arbitrary<Object> value(Property property) {
        return switch (property.type()) {
            case BYTE, TWO_BYTES, FOUR_BYTES, VARIABLE ->
                    Arbitraries.longs()
                            .between(property.minimum(), property.maximum())
                            .map(n -> (Object) n);
            case TEXT ->
                    property == Property.RESPONSE_TOPIC
                            ? topics().map(TopicName::toString)
                            : texts().map(t -> (Object) t);
            case BINARY -> binary().map(b -> (Object) b);
            case PAIR -> Combinators.combine(texts(), texts()).as(UserProperty::new);
        };
    }

    private static Arbitrary<ReasonCode> codes(PacketType type, PacketSource source) {
        return Arbitraries.of(CODES.stream().filter(c -> source.mayCarry(type, c)).toList());
    }

    private static Arbitrary<Boolean> flags() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<QoS> qos() {
        return Arbitraries.of(QoS.values());
    }

    private static Arbitrary<Integer> packetIds() {
        return Arbitraries.integers().between(1, 65_535);
    }

    private static Arbitrary<byte[]> binary() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
    }

    /// Any text that MQTT can carry.
    static Arbitrary<String> texts() {
        return Arbitraries.of(
                        Arbitraries.integers().between(1, 0x7F),
                        Arbitraries.integers().between(1, 0x10_FFFF))
                .flatMap(a -> a)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .list()
                .ofMaxSize(30)
                .map(points -> {
                    StringBuilder s = new StringBuilder();
                    points.forEach(s::appendCodePoint);
                    return s.toString();
                });
    }

    private static Arbitrary<String> names() {
        return texts().filter(t -> Utf8.controlCharacterIn(t) < 0);
    }

    static Arbitrary<TopicName> topics() {
        Arbitrary<String> plain =
                Arbitraries.strings().withChars("ab/$ é€\uFEFF").ofMinLength(1).ofMaxLength(40);
        return plain.map(TopicName::of);
    }

    static Arbitrary<TopicFilter> filters() {
        Arbitrary<String> levels = Arbitraries.of("", "a", "b", "+", "$x", "é", "long level");
        Arbitrary<String> filters =
                Combinators.combine(
                                Arbitraries.of("", "$share/g/"),
                                levels.list().ofMinSize(1).ofMaxSize(5),
                                Arbitraries.of("", "/#"))
                        .as((share, l, end) -> share + String.join("/", l) + end)
                        .filter(f -> !f.isEmpty() && !f.equals("$share/g/"));
        return filters.map(f -> Objects.requireNonNull(TopicFilter.of(f)));
    }
}
