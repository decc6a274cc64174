package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.EachVersion;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The properties of PUBLISH: section 3.3.2.3, less Topic Aliases.
@ExtendWith(SharedBroker.class)
class PropertyTest {
    static String hexOf(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Rule({
        "MQTT-3.3.2-4",
        "MQTT-3.3.2-15",
        "MQTT-3.3.2-16",
        "MQTT-3.3.2-17",
        "MQTT-3.3.2-18",
        "MQTT-3.3.2-20"
    })
    void propertiesAreForwardedUnaltered(int qos, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 2);
        byte[][] props = {
            Prop.PAYLOAD_FORMAT.of(1),
            Prop.CONTENT_TYPE.of("größe/\uFEFF\uD83D\uDE00"),
            Prop.RESPONSE_TOPIC.of("answers/ to/é"),
            Prop.CORRELATION_DATA.of(Wire.bytes(0, 0xFF, 0xC3, 0x28)),
            Prop.pair("z", "1"),
            Prop.pair("a", "2"),
            Prop.pair("z", "1"),
            Prop.pair("", ""),
            Prop.pair("a", "")
        };
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("with").qos(qos).with(props));
        publisher.publish(Publish.to(topic).payload("format 0").with(Prop.PAYLOAD_FORMAT.of(0)));
        publisher.publish(Publish.to(topic).payload("without").qos(qos));
        Reply with = subscriber.receive(topic, "with");
        assertEquals(1, with.prop(Prop.PAYLOAD_FORMAT).number());
        assertEquals("größe/\uFEFF\uD83D\uDE00", with.prop(Prop.CONTENT_TYPE).text());
        assertEquals("answers/ to/é", with.prop(Prop.RESPONSE_TOPIC).text());
        assertEquals("00ffc328", hexOf(with.prop(Prop.CORRELATION_DATA).bytes()));
        assertEquals(
                "[USER_PROPERTY=z:1, USER_PROPERTY=a:2, USER_PROPERTY=z:1, USER_PROPERTY=:,"
                        + " USER_PROPERTY=a:]",
                with.all(Prop.USER_PROPERTY).toString());
        assertEquals(props.length, with.props().size(), with::toString);
        Reply format0 = subscriber.receive(topic, "format 0");
        if (format0.has(Prop.PAYLOAD_FORMAT)) {
            assertEquals(0, format0.prop(Prop.PAYLOAD_FORMAT).number());
        }
        assertEquals(List.of(), subscriber.receive(topic, "without").props());
    }

    @EachVersion
    @Rule("MQTT-3.3.2-17")
    void propertiesSurviveTheQueueOfAnAbsentClient(Version publisherVersion, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1);
        c.disconnect();
        boolean withProps = publisherVersion.is5();
        Publish publish = Publish.to(topic).payload("m").qos(1);
        lab.client(publisherVersion)
                .publish(withProps ? publish.with(Prop.pair("k", "v")) : publish);
        Reply m = lab.resume(Version.V5, id).receive(topic, "m");
        assertEquals(withProps ? 1 : 0, m.props().size());
    }

    @Test
    @Rule("MQTT-3.3.2-6")
    void theMessageExpiryIntervalIsLessTheTimeItWaited(Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1);
        c.disconnect();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("m").qos(1).with(Prop.MESSAGE_EXPIRY.of(1000)));
        lab.awaitSeconds(2);
        Reply m = lab.resume(Version.V5, id).receive(topic, "m");
        long left = m.prop(Prop.MESSAGE_EXPIRY).number();
        assertTrue(left < 1000 && left > 900, m::toString);
    }

    @Test
    @Rule("MQTT-3.3.2-6")
    void anInstantDeliveryKeepsTheMessageExpiryInterval(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        for (long expiry : new long[] {1000, 4_294_967_295L}) {
            publisher.publish(Publish.to(topic).qos(1).with(Prop.MESSAGE_EXPIRY.of(expiry)));
            long left = subscriber.receive(topic, "").prop(Prop.MESSAGE_EXPIRY).number();
            assertTrue(left <= expiry && left >= expiry - 30, () -> "left: " + left);
        }
    }

    @Test
    @Rule("MQTT-3.3.2-5")
    void anExpiredMessageIsNotDelivered(Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 2);
        c.disconnect();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("1").qos(1).with(Prop.MESSAGE_EXPIRY.of(1)));
        publisher.publish(Publish.to(topic).payload("2").qos(2).with(Prop.MESSAGE_EXPIRY.of(1)));
        publisher.publish(Publish.to(topic).payload("lasting").qos(1));
        // One second more, for servers that count in whole seconds.
        lab.awaitSeconds(2);
        RawClient back = lab.resume(Version.V5, id);
        back.receive(topic, "lasting");
        back.expectSilence();
    }

    /// Expiry counts per subscriber: who was there got it.
    @Test
    @Rule("MQTT-3.3.2-5")
    void anExpiredMessageWasDeliveredToThosePresent(Lab lab) {
        String topic = lab.topic();
        RawClient present = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("m").qos(1).with(Prop.MESSAGE_EXPIRY.of(1)));
        present.receive(topic, "m");
    }

    @Test
    @Rule({"MQTT-3.3.2-13", "MQTT-1.5.4-1"})
    void anIllFormedResponseTopicCloses(Lab lab) {
        closesAfter(lab, Prop.RESPONSE_TOPIC.of(Wire.bytes('a', 0xC3, 0x28)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#", "+/a", "#"})
    @Rule("MQTT-3.3.2-14")
    void aWildcardInTheResponseTopicCloses(String topic, Lab lab) {
        closesAfter(lab, Prop.RESPONSE_TOPIC.of(topic));
    }

    @Test
    @Rule({"MQTT-3.3.2-19", "MQTT-1.5.4-1"})
    void anIllFormedContentTypeCloses(Lab lab) {
        closesAfter(lab, Prop.CONTENT_TYPE.of(Wire.bytes(0xC0, 0x80)));
    }

    @Test
    @Rule({"MQTT-1.5.7-1", "MQTT-1.5.4-1"})
    void anIllFormedUserPropertyCloses(Lab lab) {
        byte[] bad = Wire.binary(Wire.bytes(0xED, 0xA0, 0x80));
        byte[] good = Wire.text("good");
        closesAfter(lab, Wire.join(Wire.bytes(0x26), bad, good));
        closesAfter(lab, Wire.join(Wire.bytes(0x26), good, bad));
    }

    @Test
    @Rule({"MQTT-1.5.7-1", "MQTT-1.5.4-2"})
    void aNulInAUserPropertyCloses(Lab lab) {
        closesAfter(lab, Prop.pair("a\0", "b"));
        closesAfter(lab, Prop.pair("a", "\0b"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01 02", // Payload Format Indicator 2
                "01 01 01 01", // twice
                "02 00 00 00 05 02 00 00 00 05", // Message Expiry Interval twice
                "03 00 01 61 03 00 01 61", // Content Type twice
                "08 00 01 61 08 00 01 61", // Response Topic twice
                "09 00 01 61 09 00 01 61", // Correlation Data twice
                "23 00 01 23 00 01", // Topic Alias twice
                "23 00 00", // Topic Alias 0
                "0B 00", // Subscription Identifier 0
                "11 00 00 00 05", // Session Expiry Interval, which belongs elsewhere
                "04 00", // no such property
                "02 00 00" // cut off
            })
    @Rule("MQTT-4.13.1-1")
    void badPropertiesClose(String properties, Lab lab) {
        closesAfter(lab, Wire.hex(properties));
    }

    private static void closesAfter(Lab lab, byte[] property) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        RawClient c = lab.client(Version.V5);
        c.send(Publish.to(topic).qos(1).with(property).bytes(Version.V5, 1));
        c.expectClosedFor(0x81, 0x82, 0x94, 0x90);
        observer.expectNothingFrom(lab.client(Version.V5));
    }
}
