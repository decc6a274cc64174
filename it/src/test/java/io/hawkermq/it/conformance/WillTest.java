package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Connect;
import io.hawkermq.it.EachVersion;
import io.hawkermq.it.EachVersionFrom311;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Will Messages: section 3.1.2.5 to 3.1.2.7, 3.1.3.2 to 3.1.3.4 and 3.14.4.
@ExtendWith(SharedBroker.class)
class WillTest {
    @EachVersion
    @Rule({"MQTT-3.1.2-7", "MQTT-3.1.2-8", "MQTT-3.1.2-14"})
    void aLostConnectionPublishesTheWill(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 1);
        RawClient c = lab.client(Connect.as(v, lab.name()).will(topic, "lost", 1));
        observer.expectNothingFrom(lab.client(v));
        c.abort();
        Reply will = observer.receive(topic, "lost");
        assertEquals(1, will.qos());
        // Not retained: a new subscriber gets nothing.
        lab.subscriber(v, topic, 1).expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.1.2-15")
    void aRetainedWillIsPublishedRetained(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 1);
        lab.client(Connect.as(v, lab.name()).will(topic, "gone", 1).willRetained()).abort();
        assertFalse(observer.receive(topic, "gone").retain());
        assertTrue(lab.subscriber(v, topic, 1).receive(topic, "gone").retain());
    }

    @EachVersion
    @Rule({"MQTT-3.14.4-3", "MQTT-3.1.2-8", "MQTT-3.1.2-10"})
    void aNormalDisconnectDiscardsTheWill(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 1);
        lab.client(Connect.as(v, lab.name()).will(topic, "unwanted", 1)).disconnect();
        observer.expectNothingFrom(lab.client(v));
    }

    @Test
    @Rule({"MQTT-3.14.4-3", "MQTT-3.1.2-10"})
    void aNormalDisconnectDiscardsTheWillOfALastingSession(Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect = Connect.resuming(Version.V5, lab.name()).will(topic, "unwanted", 1);
        lab.client(connect).disconnect();
        observer.expectNothingFrom(lab.client(Version.V5));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x04, 0x80, 0x83})
    @Rule("MQTT-3.1.2-8")
    void otherDisconnectReasonsPublishTheWill(int reason, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        RawClient c = lab.client(Connect.as(Version.V5, lab.name()).will(topic, "kept", 1));
        c.send(Wire.disconnect(reason));
        c.expectClose();
        observer.receive(topic, "kept");
    }

    @EachVersion
    @Rule("MQTT-3.1.2-8")
    void aProtocolErrorPublishesTheWill(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 1);
        RawClient c = lab.client(Connect.as(v, lab.name()).will(topic, "thrown out", 1));
        c.send(Wire.hex("F5 00"));
        c.expectClosedFor(0x81, 0x82);
        observer.receive(topic, "thrown out");
    }

    @EachVersionFrom311
    @Rule("MQTT-3.1.2-10")
    void aPublishedWillIsNotPublishedAgain(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient observer = lab.subscriber(v, topic, 1);
        lab.client(Connect.resuming(v, id).will(topic, "once", 1)).abort();
        observer.receive(topic, "once");
        RawClient again = lab.resume(v, id);
        again.abort();
        RawClient third = lab.resume(v, id);
        third.expectSilence();
        observer.expectNothingFrom(third);
    }

    @EachVersion
    @Rule({"MQTT-3.1.2-9", "MQTT-3.1.4-1"})
    void theWillFlagWithoutAWillIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).bytesWithFlags(0x06));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersion
    @Rule({"MQTT-3.1.2-9", "MQTT-3.1.4-1"})
    void theWillFlagWithATopicAloneIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        byte[] payload = Wire.join(Wire.text(lab.name()), Wire.props(v), Wire.text("topic"));
        c.send(Connect.as(v, "").bytes(0x06, payload));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-11", "MQTT-3.1.4-1"})
    void aWillQoSWithoutTheWillFlagIsRefused(Version v, Lab lab) {
        for (int flags : new int[] {0x02 | 0x08, 0x02 | 0x10}) {
            RawClient c = lab.open(v);
            c.send(Connect.as(v, lab.name()).bytesWithFlags(flags));
            c.expectRefused(0x81, 0x82);
        }
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-13", "MQTT-3.1.4-1"})
    void willRetainWithoutTheWillFlagIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).bytesWithFlags(0x02 | 0x20));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersion
    @Rule({"MQTT-3.1.2-12", "MQTT-3.1.4-1"})
    void willQoS3IsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).will("topic", "", 3).bytes());
        c.expectRefused(0x81, 0x82);
    }

    @EachVersion
    @Rule("MQTT-3.1.2-12")
    void theWillHasItsQoS(Version v, Lab lab) {
        for (int qos = 0; qos <= 2; qos++) {
            String topic = lab.topic();
            RawClient observer = lab.subscriber(v, topic, 2);
            lab.client(Connect.as(v, lab.name()).will(topic, "will", qos)).abort();
            assertEquals(qos, observer.receive(topic, "will").qos());
        }
    }

    @Test
    @Rule({"MQTT-3.1.2-8", "MQTT-3.1.2-7"})
    void theWillWaitsForItsDelay(Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect =
                Connect.resuming(Version.V5, lab.name())
                        .will(topic, "late", 1, Prop.WILL_DELAY.of(1));
        RawClient c = lab.client(connect);
        long closed = System.nanoTime();
        c.abort();
        observer.receive(topic, "late");
        long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - closed);
        // One tick of a clock of whole seconds may be saved.
        assertTrue(waited >= 500, () -> "the will came after " + waited + " ms");
    }

    @Test
    @Rule("MQTT-3.1.2-8")
    void theWillComesWithTheSessionsEndIfThatIsEarlier(Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect =
                Connect.as(Version.V5, lab.name())
                        .with(Prop.SESSION_EXPIRY.of(0))
                        .will(topic, "session ended", 1, Prop.WILL_DELAY.of(3600));
        lab.client(connect).abort();
        observer.receive(topic, "session ended");
    }

    @Test
    @Rule({"MQTT-3.1.3-9", "MQTT-3.1.2-8"})
    void aReconnectInTimeSavesTheWill(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect =
                Connect.resuming(Version.V5, id).will(topic, "saved", 1, Prop.WILL_DELAY.of(2));
        lab.client(connect).abort();
        RawClient back = lab.resume(Version.V5, id);
        // The delay passes while the client is back.
        lab.awaitSeconds(3);
        observer.expectNothingFrom(back);
    }

    /// A reconnect with Clean Start ends the old session, and with it the delay.
    @Test
    @Rule("MQTT-3.1.2-8")
    void aCleanStartPublishesADelayedWill(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect =
                Connect.resuming(Version.V5, id)
                        .will(topic, "old session", 1, Prop.WILL_DELAY.of(3600));
        lab.client(connect).abort();
        lab.client(Connect.as(Version.V5, id));
        observer.receive(topic, "old session");
    }

    @Test
    @Rule({"MQTT-3.1.2-9", "MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-20"})
    void willPropertiesArePublished(Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        Connect connect =
                Connect.as(Version.V5, lab.name())
                        .will(
                                topic,
                                "with properties",
                                1,
                                Prop.PAYLOAD_FORMAT.of(1),
                                Prop.CONTENT_TYPE.of("text/plain"),
                                Prop.RESPONSE_TOPIC.of("answers/here"),
                                Prop.CORRELATION_DATA.of(Wire.bytes(0, 1, 0xFF)),
                                Prop.MESSAGE_EXPIRY.of(1000),
                                Prop.pair("b", "1"),
                                Prop.pair("a", "2"));
        lab.client(connect).abort();
        Reply will = observer.receive(topic, "with properties");
        assertEquals(1, will.prop(Prop.PAYLOAD_FORMAT).number());
        assertEquals("text/plain", will.prop(Prop.CONTENT_TYPE).text());
        assertEquals("answers/here", will.prop(Prop.RESPONSE_TOPIC).text());
        assertEquals("0001ff", PropertyTest.hexOf(will.prop(Prop.CORRELATION_DATA).bytes()));
        long expiry = will.prop(Prop.MESSAGE_EXPIRY).number();
        assertTrue(expiry > 900 && expiry <= 1000, will::toString);
        assertEquals("[USER_PROPERTY=b:1, USER_PROPERTY=a:2]", userProperties(will));
        assertFalse(will.has(Prop.WILL_DELAY));
    }

    private static String userProperties(Reply r) {
        return r.all(Prop.USER_PROPERTY).toString();
    }

    @EachVersion
    void anEmptyWillIsPublished(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 1);
        lab.client(Connect.as(v, lab.name()).will(topic, "", 0)).abort();
        observer.receive(topic, "");
    }
}
