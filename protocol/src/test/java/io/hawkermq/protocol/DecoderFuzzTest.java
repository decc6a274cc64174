package io.hawkermq.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// The decoder under coverage-guided fuzzing. In a build it reads its seeds once; with
/// `JAZZER_FUZZ=1` in the environment it goes on looking for ten minutes:
///
/// ```
/// JAZZER_FUZZ=1 mvn -pl protocol test -Dtest=DecoderFuzzTest
/// ```
class DecoderFuzzTest {
    /// One conversation for each side and version, which holds each packet once.
    static Stream<byte[]> seeds() {
        return Stream.of(ProtocolVersion.values()).flatMap(v -> Stream.of(server(v), client(v)));
    }

    private static byte[] server(ProtocolVersion v) {
        Properties user = Properties.builder().user("k", "v").build();
        TopicName topic = TopicName.of("a/b");
        Will will = new Will(topic, new byte[] {1}, QoS.AT_LEAST_ONCE, true, user);
        byte[] none = {};
        return seed(
                v.ordinal() << 1,
                v,
                List.of(
                        new Packet.Connect(v, false, true, 60, "c", will, "u", none, user),
                        publish(topic, user),
                        new Packet.Pubrec(1, ReasonCode.SUCCESS, user),
                        new Packet.Pubrel(1, ReasonCode.SUCCESS, user),
                        new Packet.Subscribe(
                                2,
                                List.of(
                                        new Packet.Subscribe.Entry(
                                                TopicFilter.of("$share/g/+/#"),
                                                SubscriptionOptions.of(QoS.EXACTLY_ONCE))),
                                user),
                        new Packet.Unsubscribe(3, List.of(TopicFilter.of("a/#")), user),
                        new Packet.Pingreq(),
                        new Packet.Disconnect(ReasonCode.SUCCESS, user)));
    }

    private static byte[] client(ProtocolVersion v) {
        Properties reason = Properties.of(Property.REASON_STRING, "r");
        return seed(
                1 | v.ordinal() << 1,
                v,
                List.of(
                        new Packet.Connack(false, ReasonCode.SUCCESS, reason),
                        publish(TopicName.of("a"), Properties.of(Property.TOPIC_ALIAS, 1)),
                        new Packet.Puback(1, ReasonCode.SUCCESS, reason),
                        new Packet.Pubcomp(1, ReasonCode.SUCCESS, reason),
                        new Packet.Suback(2, List.of(ReasonCode.GRANTED_QOS_1), reason),
                        new Packet.Unsuback(3, List.of(ReasonCode.SUCCESS), reason),
                        new Packet.Pingresp()));
    }

    private static Packet publish(TopicName topic, Properties properties) {
        return new Packet.Publish(
                true, QoS.EXACTLY_ONCE, true, topic, 9, properties, new byte[] {1, 2, 3});
    }

    private static byte[] seed(int how, ProtocolVersion version, List<Packet> packets) {
        byte[] bytes = {(byte) how};
        for (Packet p : packets) {
            bytes = Bytes.joined(bytes, Bytes.encoded(p, version));
        }
        return bytes;
    }

    /// The first byte says who reads; see [DecoderHarness#decode].
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] input) {
        if (input.length > 0) {
            DecoderHarness.decode(
                    java.util.Arrays.copyOfRange(input, 1, input.length), input[0] & 0xFF);
        }
    }
}
