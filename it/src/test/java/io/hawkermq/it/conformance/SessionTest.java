package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Connect;
import io.hawkermq.it.EachVersion;
import io.hawkermq.it.EachVersionFrom311;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What outlives a connection: sections 3.1.2.11.2, 4.1 and 4.4.
@ExtendWith(SharedBroker.class)
class SessionTest {
    @EachVersion
    @Rule({"MQTT-3.1.2-23", "MQTT-4.1.0-1", "MQTT-4.5.0-1", "MQTT-4.3.2-4", "MQTT-4.3.3-8"})
    void messagesWaitForAnAbsentClient(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 2);
        c.disconnect();
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "first", 1);
        publisher.publish(topic, "second", 2);
        RawClient back = lab.resume(v, id);
        Reply first = back.receive(topic, "first");
        assertEquals(1, first.qos());
        assertFalse(first.dup(), "never sent before");
        assertEquals(2, back.receive(topic, "second").qos());
        back.expectSilence();
    }

    @EachVersion
    @Rule({"MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.3.2-3"})
    void anUnacknowledgedQoS1PublishIsSentAgainAtTheNextConnection(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 1);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "a", 1);
        publisher.publish(topic, "b", 1);
        Reply a = c.expectPublish(topic, "a");
        Reply b = c.expectPublish(topic, "b");
        c.send(Wire.ack(Wire.PUBACK, a.packetId()));
        c.expectSilence();
        c.abort();
        RawClient back = lab.resume(v, id);
        Reply again = back.expectPublish(topic, "b");
        assertTrue(again.dup());
        assertEquals(b.packetId(), again.packetId());
        back.send(Wire.ack(Wire.PUBACK, b.packetId()));
        // Only at the resume, and neither the acknowledged one nor this one a second time.
        back.expectSilence();
        back.abort();
        lab.resume(v, id).expectSilence();
    }

    @EachVersion
    @Rule({"MQTT-4.4.0-1", "MQTT-3.3.1-1", "MQTT-4.3.3-3"})
    void anUnacknowledgedQoS2PublishIsSentAgainAtTheNextConnection(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 2);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        Reply m = c.expectPublish(topic, "m");
        c.abort();
        RawClient back = lab.resume(v, id);
        Reply again = back.receive(topic, "m");
        assertTrue(again.dup());
        assertEquals(2, again.qos());
        assertEquals(m.packetId(), again.packetId());
        back.expectSilence();
    }

    @EachVersion
    @Rule({"MQTT-4.4.0-1", "MQTT-4.3.3-5", "MQTT-4.3.3-6"})
    void anUnacknowledgedPubrelIsSentAgainAtTheNextConnection(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 2);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        Reply m = c.expectPublish(topic, "m");
        c.send(Wire.ack(Wire.PUBREC, m.packetId()));
        c.expectAck(Wire.PUBREL, m.packetId());
        c.abort();
        RawClient back = lab.resume(v, id);
        back.expectAck(Wire.PUBREL, m.packetId());
        back.send(Wire.ack(Wire.PUBCOMP, m.packetId()));
        back.expectSilence();
        back.abort();
        lab.resume(v, id).expectSilence();
    }

    @EachVersion
    @Rule({"MQTT-4.4.0-1", "MQTT-4.6.0-5"})
    void whatIsSentAgainKeepsItsOrder(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 2);
        RawClient publisher = lab.client(v);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            publisher.publish(topic, "m" + i, 1 + i % 2);
            ids.add(c.expectPublish(topic, "m" + i).packetId());
        }
        c.abort();
        publisher.publish(topic, "m6", 1);
        RawClient back = lab.resume(v, id);
        for (int i = 0; i < 6; i++) {
            Reply again = back.expectPublish(topic, "m" + i);
            assertTrue(again.dup());
            assertEquals(ids.get(i), again.packetId());
        }
        Reply last = back.expectPublish(topic, "m6");
        assertFalse(ids.contains(last.packetId()));
    }

    @Test
    @Rule("MQTT-4.4.0-1")
    void nothingIsSentAgainOnTheSameConnection(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "m", 1);
        c.expectPublish(topic, "m");
        // Longer than any timer that would send it again.
        lab.awaitSeconds(2);
        c.expectNothingFrom(publisher);
    }

    /// The server's memory of what it received is part of the session as well.
    @EachVersion
    @Rule({"MQTT-4.3.3-10", "MQTT-3.1.2-23", "MQTT-4.1.0-1"})
    void aRepeatedQoS2PublishIsKnownAtTheNextConnection(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient c = lab.resume(v, id);
        c.send(Publish.to(topic).payload("once").qos(2).bytes(v, 4));
        c.expectAck(Wire.PUBREC, 4);
        c.abort();
        RawClient back = lab.resume(v, id);
        back.send(Publish.to(topic).payload("once").qos(2).dup().bytes(v, 4));
        back.expectAck(Wire.PUBREC, 4);
        back.send(Wire.ack(Wire.PUBREL, 4));
        back.expectAck(Wire.PUBCOMP, 4);
        subscriber.receive(topic, "once");
        subscriber.expectNothingFrom(back);
    }

    @EachVersion
    @Rule({"MQTT-4.3.3-11", "MQTT-3.1.2-23"})
    void aPubrelAtTheNextConnectionIsAnswered(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient c = lab.resume(v, id);
        c.send(Publish.to(topic).payload("m").qos(2).bytes(v, 4));
        c.expectAck(Wire.PUBREC, 4);
        c.abort();
        RawClient back = lab.resume(v, id);
        back.send(Wire.ack(Wire.PUBREL, 4));
        assertEquals(0, back.expectAck(Wire.PUBCOMP, 4).reason());
        subscriber.receive(topic, "m");
    }

    @Test
    @Rule({"MQTT-4.1.0-2", "MQTT-3.1.2-8"})
    void aSessionEndsWhenItsExpiryIntervalIsOver(Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 1);
        // The will, due at the end of the session, tells when that has come.
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, id)
                                .cleanStart(0)
                                .with(Prop.SESSION_EXPIRY.of(1))
                                .will(topic, "ended", 1, Prop.WILL_DELAY.of(3600)));
        c.subscribe(lab.topic(), 1);
        c.abort();
        observer.receive(topic, "ended");
        assertFalse(
                lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent());
    }

    @Test
    @Rule({"MQTT-4.1.0-1", "MQTT-3.1.2-23"})
    void aShortExpiryDoesNotRunWhileConnected(Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, id).cleanStart(0).with(Prop.SESSION_EXPIRY.of(1)));
        c.subscribe(topic, 1);
        lab.awaitSeconds(2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "still here", 1);
        c.receive(topic, "still here");
        c.abort();
        assertTrue(lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent());
    }

    /// A DISCONNECT can change the interval: here the session is to end at once.
    @Test
    @Rule("MQTT-4.1.0-2")
    void disconnectCanEndTheSession(Lab lab) {
        String id = lab.name();
        RawClient c = lab.resume(Version.V5, id);
        c.send(Wire.disconnect(0, Prop.SESSION_EXPIRY.of(0)));
        c.expectClose();
        assertFalse(
                lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent());
    }

    @Test
    @Rule({"MQTT-4.1.0-1", "MQTT-3.1.2-23"})
    void disconnectCanKeepALastingSession(Lab lab) {
        String id = lab.name();
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, id).cleanStart(0).with(Prop.SESSION_EXPIRY.of(1)));
        c.send(Wire.disconnect(0, Prop.SESSION_EXPIRY.of(3600)));
        c.expectClose();
        lab.awaitSeconds(2);
        assertTrue(lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent());
    }

    /// A session that was to end with its connection cannot be made to last by DISCONNECT.
    @Test
    @Rule("MQTT-4.13.1-1")
    void disconnectCannotMakeAPassingSessionLast(Lab lab) {
        String id = lab.name();
        RawClient c = lab.client(Connect.as(Version.V5, id));
        c.send(Wire.disconnect(0, Prop.SESSION_EXPIRY.of(3600)));
        c.expectClosedFor(0x82);
        assertFalse(
                lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent());
    }

    /// Whoever takes a session over with another version of the protocol finds it as it was.
    @Test
    @Rule({"MQTT-3.1.3-2", "MQTT-3.1.2-5"})
    void aSessionGoesOnInAnotherVersion(Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient c = lab.resume(Version.V311, id);
        c.subscribe(topic, 1);
        c.disconnect();
        lab.client(Version.V311).publish(topic, "m", 1);
        RawClient back = lab.open(Version.V5);
        assertTrue(back.connect(Connect.resuming(Version.V5, id)).sessionPresent());
        back.receive(topic, "m");
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.4-3", "MQTT-4.4.0-1"})
    void aTakenOverSessionGoesOnWithItsUnacknowledgedMessages(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient old = lab.resume(v, id);
        old.subscribe(topic, 1);
        lab.client(v).publish(topic, "m", 1);
        Reply m = old.expectPublish(topic, "m");
        RawClient next = lab.open(v);
        assertTrue(next.connect(Connect.resuming(v, id)).sessionPresent());
        Reply again = next.receive(topic, "m");
        assertTrue(again.dup());
        assertEquals(m.packetId(), again.packetId());
    }
}
