package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Retained messages: section 3.3.1.3 and the Retain Handling of 3.8.3.1.
@ExtendWith(SharedBroker.class)
class RetainTest {
    @EachVersion
    @Rule({"MQTT-3.3.1-5", "MQTT-3.3.1-9"})
    void theLastRetainedMessageIsSentAtSubscribe(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient publisher = lab.client(v);
        for (int qos = 0; qos <= 2; qos++) {
            publisher.publish(Publish.to(topic).payload("old" + qos).qos(0).retain());
            publisher.publish(Publish.to(topic).payload("new" + qos).qos(qos).retain());
            publisher.expectSilence();
            RawClient late = lab.subscriber(v, topic, 2);
            Reply retained = late.receive(topic, "new" + qos);
            assertTrue(retained.retain());
            assertEquals(qos, retained.qos());
            late.expectSilence();
        }
    }

    @EachVersion
    @Rule({"MQTT-3.3.1-6", "MQTT-3.3.1-7"})
    void anEmptyPayloadRemovesItAndIsDelivered(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient publisher = lab.client(v);
        publisher.publish(Publish.to(topic).payload("kept").qos(1).retain());
        RawClient early = lab.subscriber(v, topic, 1);
        early.receive(topic, "kept");
        publisher.publish(Publish.to(topic).qos(1).retain());
        assertFalse(early.receive(topic, "").retain());
        lab.subscriber(v, topic, 1).expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.3.1-8")
    void aMessageWithoutRetainNeitherStoresNorRemoves(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "passing", 1);
        lab.subscriber(v, topic, 1).expectSilence();
        publisher.publish(Publish.to(topic).payload("kept").qos(1).retain());
        publisher.publish(topic, "passing", 1);
        publisher.publish(topic, "", 1);
        RawClient late = lab.subscriber(v, topic, 1);
        late.receive(topic, "kept");
        late.expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.3.1-12")
    void aForwardedMessageIsNotMarkedRetained(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 1);
        lab.client(v).publish(Publish.to(topic).payload("m").qos(1).retain());
        assertFalse(subscriber.receive(topic, "m").retain());
    }

    @Test
    @Rule("MQTT-3.3.1-13")
    void withRetainAsPublishedTheMarkIsKept(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 1 | Wire.RETAIN_AS_PUBLISHED);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("retained").qos(1).retain());
        publisher.publish(topic, "not retained", 1);
        assertTrue(subscriber.receive(topic, "retained").retain());
        assertFalse(subscriber.receive(topic, "not retained").retain());
    }

    @Test
    @Rule({"MQTT-3.3.1-9", "MQTT-3.3.1-12"})
    void retainedMessagesAreMarkedWhateverRetainAsPublishedSays(Lab lab) {
        String topic = lab.topic();
        lab.client(Version.V5).publish(Publish.to(topic).payload("m").qos(1).retain());
        assertTrue(lab.subscriber(Version.V5, topic, 1).receive(topic, "m").retain());
        RawClient asPublished = lab.subscriber(Version.V5, topic, 1 | Wire.RETAIN_AS_PUBLISHED);
        assertTrue(asPublished.receive(topic, "m").retain());
    }

    @EachVersion
    @Rule({"MQTT-3.3.1-9", "MQTT-3.8.4-4"})
    void subscribingAgainSendsItAgain(Version v, Lab lab) {
        String topic = lab.topic();
        lab.client(v).publish(Publish.to(topic).payload("m").qos(1).retain());
        RawClient c = lab.subscriber(v, topic, 1);
        c.receive(topic, "m");
        c.subscribe(topic, 1);
        assertTrue(c.receive(topic, "m").retain());
        c.expectSilence();
    }

    @Test
    @Rule("MQTT-3.3.1-10")
    void retainHandling1SendsItToANewSubscriptionOnly(Lab lab) {
        String topic = lab.topic();
        lab.client(Version.V5).publish(Publish.to(topic).payload("m").qos(1).retain());
        RawClient c = lab.subscriber(Version.V5, topic, 1 | Wire.RETAIN_IF_NEW);
        c.receive(topic, "m");
        c.subscribe(topic, 1 | Wire.RETAIN_IF_NEW);
        c.expectSilence();
        c.subscribe(topic, 2 | Wire.RETAIN_IF_NEW);
        c.expectSilence();
        c.unsubscribe(topic);
        c.subscribe(topic, 1 | Wire.RETAIN_IF_NEW);
        c.receive(topic, "m");
    }

    /// A subscription that a resumed session brought along is not new.
    @Test
    @Rule("MQTT-3.3.1-10")
    void retainHandling1KnowsTheSubscriptionsOfTheSession(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        lab.client(Version.V5).publish(Publish.to(topic).payload("m").qos(1).retain());
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1 | Wire.RETAIN_IF_NEW);
        c.receive(topic, "m");
        c.disconnect();
        RawClient back = lab.resume(Version.V5, id);
        back.subscribe(topic, 1 | Wire.RETAIN_IF_NEW);
        back.expectSilence();
    }

    @Test
    @Rule("MQTT-3.3.1-11")
    void retainHandling2SendsNone(Lab lab) {
        String topic = lab.topic();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("m").qos(1).retain());
        RawClient c = lab.subscriber(Version.V5, topic, 1 | Wire.RETAIN_NEVER);
        c.expectSilence();
        publisher.publish(topic, "live", 1);
        c.receive(topic, "live");
    }

    @EachVersion
    @Rule({"MQTT-3.3.1-9", "MQTT-3.3.2-3"})
    void aWildcardSubscriptionGetsAllThatMatch(Version v, Lab lab) {
        String root = lab.topic();
        RawClient publisher = lab.client(v);
        Set<String> expected = new HashSet<>();
        for (String level : List.of("a", "b", "a/x", "b/y/z", "")) {
            publisher.publish(Publish.to(root + "/" + level).payload("m").qos(1).retain());
            expected.add(root + "/" + level);
        }
        publisher.publish(Publish.to(root).payload("m").qos(1).retain());
        expected.add(root);
        publisher.publish(Publish.to(root + "x").payload("m").qos(1).retain());
        RawClient c = lab.subscriber(v, root + "/#", 0);
        Set<String> got = new HashSet<>();
        for (int i = 0; i < expected.size(); i++) {
            Reply p = c.expect(Wire.PUBLISH);
            assertTrue(p.retain());
            assertTrue(got.add(p.topic()), () -> "twice: " + p);
        }
        assertEquals(expected, got);
        c.expectSilence();
        RawClient oneLevel = lab.subscriber(v, root + "/+", 0);
        got.clear();
        for (int i = 0; i < 3; i++) {
            got.add(oneLevel.expect(Wire.PUBLISH).topic());
        }
        assertEquals(Set.of(root + "/a", root + "/b", root + "/"), got);
        oneLevel.expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.3.1-9")
    void aRetainedMessageKeepsToTheGrantedQoS(Version v, Lab lab) {
        String topic = lab.topic();
        lab.client(v).publish(Publish.to(topic).payload("m").qos(2).retain());
        for (int qos = 0; qos <= 2; qos++) {
            assertEquals(qos, lab.subscriber(v, topic, qos).receive(topic, "m").qos());
        }
    }

    /// Its properties stay with it, except those that were between publisher and server.
    @Test
    @Rule({"MQTT-3.3.2-4", "MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-20"})
    void aRetainedMessageKeepsItsProperties(Lab lab) {
        String topic = lab.topic();
        lab.client(Version.V5)
                .publish(
                        Publish.to(topic)
                                .payload("m")
                                .qos(1)
                                .retain()
                                .with(
                                        Prop.PAYLOAD_FORMAT.of(1),
                                        Prop.CONTENT_TYPE.of("text/plain"),
                                        Prop.RESPONSE_TOPIC.of("answers"),
                                        Prop.CORRELATION_DATA.of(Wire.bytes(7, 0)),
                                        Prop.TOPIC_ALIAS.of(3),
                                        Prop.pair("k", "v")));
        Reply m = lab.subscriber(Version.V5, topic, 1).receive(topic, "m");
        assertEquals(1, m.prop(Prop.PAYLOAD_FORMAT).number());
        assertEquals("text/plain", m.prop(Prop.CONTENT_TYPE).text());
        assertEquals("answers", m.prop(Prop.RESPONSE_TOPIC).text());
        assertArrayEquals(Wire.bytes(7, 0), m.prop(Prop.CORRELATION_DATA).bytes());
        assertEquals("v", m.prop(Prop.USER_PROPERTY).second());
        assertFalse(m.has(Prop.TOPIC_ALIAS));
    }

    @Test
    @Rule("MQTT-3.3.2-5")
    void aRetainedMessageExpires(Lab lab) {
        String topic = lab.topic();
        lab.client(Version.V5)
                .publish(
                        Publish.to(topic)
                                .payload("m")
                                .qos(1)
                                .retain()
                                .with(Prop.MESSAGE_EXPIRY.of(1)));
        RawClient early = lab.subscriber(Version.V5, topic, 1);
        assertTrue(early.receive(topic, "m").prop(Prop.MESSAGE_EXPIRY).number() <= 1);
        lab.awaitSeconds(2);
        lab.subscriber(Version.V5, topic, 1).expectSilence();
    }
}
