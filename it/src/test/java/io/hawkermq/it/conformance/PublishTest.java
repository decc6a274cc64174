package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Connect;
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
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// PUBLISH and its handshakes on a connection that lasts: sections 2.2.1, 3.3 to 3.7 and 4.3.
@ExtendWith(SharedBroker.class)
class PublishTest {
    @EachVersion
    @Rule({"MQTT-2.2.1-2", "MQTT-4.3.1-1", "MQTT-3.3.1-2", "MQTT-2.2.2-1"})
    void qos0IsDeliveredWithoutPacketIdentifier(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 0);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "payload", 0);
        publisher.expectSilence();
        Reply p = subscriber.expectPublish(topic, "payload");
        // The very bytes: first byte 0x30, and in version 5 a Property Length of 0.
        assertArrayEquals(Publish.to(topic).payload("payload").bytes(v, 0), p.frame());
    }

    @EachVersion
    @Rule({"MQTT-3.3.4-1", "MQTT-2.2.1-5", "MQTT-4.3.2-4", "MQTT-3.4.2-1"})
    void qos1IsAnsweredByPubackWithItsPacketIdentifier(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 1);
        RawClient publisher = lab.client(v);
        for (int id : new int[] {1, 0x1234, 65_535}) {
            publisher.send(Publish.to(topic).payload("m" + id).qos(1).bytes(v, id));
            assertEquals(0, publisher.expectAck(Wire.PUBACK, id).reason());
            subscriber.receive(topic, "m" + id);
        }
    }

    @EachVersion
    @Rule({
        "MQTT-3.3.4-1",
        "MQTT-2.2.1-5",
        "MQTT-4.3.3-8",
        "MQTT-4.3.3-11",
        "MQTT-3.5.2-1",
        "MQTT-3.7.2-1"
    })
    void qos2IsAnsweredByPubrecAndPubcomp(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        for (int id : new int[] {1, 0x1234, 65_535}) {
            publisher.send(Publish.to(topic).payload("m" + id).qos(2).bytes(v, id));
            assertEquals(0, publisher.expectAck(Wire.PUBREC, id).reason());
            publisher.send(Wire.ack(Wire.PUBREL, id));
            assertEquals(0, publisher.expectAck(Wire.PUBCOMP, id).reason());
            subscriber.receive(topic, "m" + id);
        }
    }

    /// Nobody subscribes: PUBACK says so, with a listed code.
    @Test
    @Rule({"MQTT-3.4.2-1", "MQTT-3.5.2-1"})
    void acknowledgementsTellThatNobodySubscribes(Lab lab) {
        RawClient publisher = lab.client(Version.V5);
        publisher.send(Publish.to(lab.topic()).qos(1).bytes(Version.V5, 7));
        assertArrayEquals(Wire.hex("40 03 00 07 10"), publisher.expect(Wire.PUBACK).frame());
        publisher.send(Publish.to(lab.topic()).qos(2).bytes(Version.V5, 8));
        assertEquals(
                0, publisher.expect(Wire.PUBREC).reason()); // as Mosquitto, which cannot know yet
        publisher.send(Wire.ack(Wire.PUBREL, 8));
        publisher.expectAck(Wire.PUBCOMP, 8);
    }

    @EachVersion
    @Rule({
        "MQTT-4.3.2-1",
        "MQTT-4.3.2-2",
        "MQTT-4.3.2-3",
        "MQTT-4.3.3-1",
        "MQTT-4.3.3-2",
        "MQTT-4.3.3-3",
        "MQTT-2.2.1-4"
    })
    void serverPacketIdentifiersAreUnusedAndNonZero(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        Set<Integer> inUse = new HashSet<>();
        for (int i = 0; i < 10; i++) {
            publisher.publish(topic, "m" + i, 1 + i % 2);
            Reply p = subscriber.expectPublish(topic, "m" + i);
            assertEquals(1 + i % 2, p.qos());
            assertFalse(p.dup());
            assertTrue(inUse.add(p.packetId()), () -> "in use: " + p);
        }
        // Not acknowledged is not lost, and not sent again on the same connection either.
        subscriber.expectNothingFrom(publisher);
    }

    @EachVersion
    @Rule({"MQTT-3.3.1-3", "MQTT-4.3.2-2", "MQTT-4.3.3-2"})
    void theOutgoingDupDoesNotDependOnTheIncomingOne(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        publisher.publish(Publish.to(topic).payload("at 1").qos(1).dup());
        publisher.publish(Publish.to(topic).payload("at 2").qos(2).dup());
        assertFalse(subscriber.receive(topic, "at 1").dup());
        assertFalse(subscriber.receive(topic, "at 2").dup());
        RawClient atQoS0 = lab.subscriber(v, topic, 0);
        publisher.publish(Publish.to(topic).payload("at 0").qos(1).dup());
        assertFalse(atQoS0.receive(topic, "at 0").dup());
    }

    @EachVersion
    @Rule("MQTT-4.3.2-5")
    void aPacketIdentifierIsNewAfterPuback(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 1);
        RawClient publisher = lab.client(v);
        publisher.send(Publish.to(topic).payload("first").qos(1).bytes(v, 9));
        publisher.expectAck(Wire.PUBACK, 9);
        publisher.send(Publish.to(topic).payload("second").qos(1).dup().bytes(v, 9));
        publisher.expectAck(Wire.PUBACK, 9);
        subscriber.receive(topic, "first");
        subscriber.receive(topic, "second");
    }

    @EachVersion
    @Rule({"MQTT-4.3.3-10", "MQTT-4.3.3-12"})
    void aRepeatedQoS2MessageIsDeliveredOnce(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        publisher.send(Publish.to(topic).payload("once").qos(2).bytes(v, 9));
        publisher.expectAck(Wire.PUBREC, 9);
        publisher.send(Publish.to(topic).payload("once").qos(2).dup().bytes(v, 9));
        publisher.expectAck(Wire.PUBREC, 9);
        publisher.send(Publish.to(topic).payload("once").qos(2).dup().bytes(v, 9));
        publisher.expectAck(Wire.PUBREC, 9);
        publisher.send(Wire.ack(Wire.PUBREL, 9));
        publisher.expectAck(Wire.PUBCOMP, 9);
        subscriber.receive(topic, "once");
        subscriber.expectNothingFrom(publisher);
        // After PUBCOMP the same Packet Identifier is a new message.
        publisher.send(Publish.to(topic).payload("anew").qos(2).bytes(v, 9));
        publisher.expectAck(Wire.PUBREC, 9);
        publisher.send(Wire.ack(Wire.PUBREL, 9));
        publisher.expectAck(Wire.PUBCOMP, 9);
        subscriber.receive(topic, "anew");
    }

    /// A second handshake over the same Packet Identifiers, half way through the first one.
    @EachVersion
    @Rule({"MQTT-4.3.3-11", "MQTT-2.2.1-5"})
    void severalQoS2HandshakesRunSideBySide(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        publisher.send(
                Publish.to(topic).payload("a").qos(2).bytes(v, 1),
                Publish.to(topic).payload("b").qos(2).bytes(v, 2),
                Publish.to(topic).payload("c").qos(2).bytes(v, 3));
        for (int id = 1; id <= 3; id++) {
            publisher.expectAck(Wire.PUBREC, id);
        }
        for (int id = 1; id <= 3; id++) {
            publisher.send(Wire.ack(Wire.PUBREL, id));
            publisher.expectAck(Wire.PUBCOMP, id);
        }
        subscriber.receive(topic, "a");
        subscriber.receive(topic, "b");
        subscriber.receive(topic, "c");
    }

    @EachVersion
    @Rule({"MQTT-4.3.3-4", "MQTT-4.3.3-6", "MQTT-2.2.1-5", "MQTT-3.6.2-1"})
    void pubrecIsAnsweredByPubrelEachTime(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(v, topic, 2);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        Reply p = subscriber.expectPublish(topic, "m");
        subscriber.send(Wire.ack(Wire.PUBREC, p.packetId()));
        assertEquals(0, subscriber.expectAck(Wire.PUBREL, p.packetId()).reason());
        subscriber.send(Wire.ack(Wire.PUBREC, p.packetId()));
        subscriber.expectAck(Wire.PUBREL, p.packetId());
        subscriber.send(Wire.ack(Wire.PUBCOMP, p.packetId()));
        subscriber.expectNothingFrom(publisher);
    }

    @Test
    @Rule("MQTT-4.4.0-2")
    void aPubackWithAnErrorEndsTheDelivery(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient subscriber = lab.resume(Version.V5, id);
        subscriber.subscribe(topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "not wanted", 1);
        Reply p = subscriber.expectPublish(topic, "not wanted");
        subscriber.send(Wire.ack(Wire.PUBACK, p.packetId(), 0x83));
        subscriber.expectSilence();
        subscriber.abort();
        lab.resume(Version.V5, id).expectSilence();
    }

    @Test
    @Rule("MQTT-4.4.0-2")
    void aPubrecWithAnErrorEndsTheDelivery(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient subscriber = lab.resume(Version.V5, id);
        subscriber.subscribe(topic, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "not wanted", 2);
        Reply p = subscriber.expectPublish(topic, "not wanted");
        subscriber.send(Wire.ack(Wire.PUBREC, p.packetId(), 0x83));
        // No PUBREL comes, neither now nor later.
        subscriber.expectSilence();
        subscriber.abort();
        lab.resume(Version.V5, id).expectSilence();
    }

    /// The server refuses a PUBLISH to a topic of its own with PUBREC 0x87 or such: then the
    /// Packet Identifier is free at once, without PUBREL.
    @Test
    @Rule("MQTT-4.3.3-9")
    void afterAnErrorInPubrecThePacketIdentifierIsNew(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.send(Publish.to("$SYS/broker/version").qos(2).bytes(Version.V5, 5));
        Reply refusal = publisher.expect(Wire.PUBREC);
        assertTrue(refusal.reason() >= 0x80, refusal::toString);
        publisher.send(Publish.to(topic).payload("new").qos(2).bytes(Version.V5, 5));
        publisher.expectAck(Wire.PUBREC, 5);
        publisher.send(Wire.ack(Wire.PUBREL, 5));
        publisher.expectAck(Wire.PUBCOMP, 5);
        subscriber.receive(topic, "new");
    }

    @Test
    @Rule({"MQTT-3.7.2-1", "MQTT-4.3.3-11"})
    void anUnknownPubrelIsAnsweredByPubcomp(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.ack(Wire.PUBREL, 77));
        Reply pubcomp = c.expect(Wire.PUBCOMP);
        assertEquals(77, pubcomp.packetId());
        assertEquals(0, pubcomp.reason());
    }

    @EachVersion
    @Rule("MQTT-4.3.3-11")
    void aRepeatedPubrelIsAnsweredAgain(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.publish(lab.topic(), "m", 2);
        c.send(Wire.ack(Wire.PUBREL, 1));
        assertEquals(1, c.expect(Wire.PUBCOMP).packetId());
    }

    @Test
    @Rule("MQTT-3.6.2-1")
    void anUnknownPubrecIsAnsweredByPubrel(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.ack(Wire.PUBREC, 77));
        Reply pubrel = c.expect(Wire.PUBREL);
        assertEquals(77, pubrel.packetId());
        assertEquals(0, pubrel.reason());
    }

    /// Acknowledgements of what was never sent must not harm the connection.
    @EachVersion
    @Rule("MQTT-4.3.2-3")
    void anUnknownPubackAcknowledgesNothing(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient subscriber = lab.resume(v, id);
        subscriber.subscribe(topic, 1);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 1);
        Reply p = subscriber.expectPublish(topic, "m");
        subscriber.send(Wire.ack(Wire.PUBACK, p.packetId() == 999 ? 998 : 999));
        subscriber.expectSilence();
        subscriber.abort();
        Reply again = lab.resume(v, id).receive(topic, "m");
        assertTrue(again.dup() || v == Version.V31);
        assertEquals(p.packetId(), again.packetId());
    }

    @Test
    @Rule("MQTT-1.5.5-1")
    void remainingLengthsHaveTheirFewestBytes(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 0);
        RawClient publisher = lab.client(Version.V5);
        int header = 2 + topic.length() + 1;
        for (int remaining : new int[] {127, 128, 16_383, 16_384, 1_000_000}) {
            byte[] payload = new byte[remaining - header];
            publisher.publish(Publish.to(topic).payload(payload));
            Reply p = subscriber.expect(Wire.PUBLISH);
            // RawClient refuses longer forms; this makes sure that the boundary was met.
            assertEquals(payload.length, p.payload().length);
            assertEquals(1 + Wire.variable(remaining).length + remaining, p.frame().length);
        }
    }

    @Test
    @Rule("MQTT-1.5.5-1")
    void propertyLengthsHaveTheirFewestBytes(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 0);
        RawClient publisher = lab.client(Version.V5);
        for (int length : new int[] {127, 128, 16_383, 16_384}) {
            String value = "v".repeat(length - 6);
            publisher.publish(Publish.to(topic).with(Prop.pair("n", value)));
            Reply p = subscriber.expect(Wire.PUBLISH);
            assertEquals(value, p.prop(Prop.USER_PROPERTY).second());
        }
    }

    /// Clients of all versions meet: what the older ones cannot read stays away from them.
    @EachVersion
    void messagesCrossVersions(Version v, Lab lab) {
        String topic = lab.topic();
        for (Version w : Version.values()) {
            RawClient subscriber = lab.subscriber(w, topic, 2);
            RawClient publisher = lab.client(v);
            publisher.publish(topic, "from " + v + " to " + w, 2);
            assertEquals(2, subscriber.receive(topic, "from " + v + " to " + w).qos());
            subscriber.disconnect();
        }
    }

    @Test
    @Rule("MQTT-2.2.1-4")
    void freedPacketIdentifiersAreUsedAgainWithoutClash(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "held", 1);
        Reply held = subscriber.expectPublish(topic, "held");
        for (int i = 0; i < 50; i++) {
            publisher.publish(topic, "m" + i, 1);
            assertNotEquals(held.packetId(), subscriber.receive(topic, "m" + i).packetId());
        }
    }

    @Test
    @Rule("MQTT-4.3.3-13")
    void aQoS2HandshakeGoesOnAfterTheMessageExpired(Lab lab) {
        RawClient publisher = lab.client(Version.V5);
        publisher.send(
                Publish.to(lab.topic())
                        .qos(2)
                        .with(Prop.MESSAGE_EXPIRY.of(1))
                        .bytes(Version.V5, 3));
        publisher.expectAck(Wire.PUBREC, 3);
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 2);
        lab.client(Version.V5)
                .publish(
                        Publish.to(topic)
                                .payload("short-lived")
                                .qos(2)
                                .with(Prop.MESSAGE_EXPIRY.of(1)));
        Reply p = subscriber.expectPublish(topic, "short-lived");
        lab.awaitSeconds(2);
        publisher.send(Wire.ack(Wire.PUBREL, 3));
        assertEquals(0, publisher.expectAck(Wire.PUBCOMP, 3).reason());
        subscriber.send(Wire.ack(Wire.PUBREC, p.packetId()));
        assertEquals(0, subscriber.expectAck(Wire.PUBREL, p.packetId()).reason());
        subscriber.send(Wire.ack(Wire.PUBCOMP, p.packetId()));
    }

    @Test
    @Rule("MQTT-4.3.3-7")
    void aQoS2MessageDoesNotExpireOnceItWasSent(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient subscriber = lab.resume(Version.V5, id);
        subscriber.subscribe(topic, 2);
        lab.client(Version.V5)
                .publish(Publish.to(topic).payload("sent").qos(2).with(Prop.MESSAGE_EXPIRY.of(1)));
        Reply p = subscriber.expectPublish(topic, "sent");
        subscriber.abort();
        lab.awaitSeconds(2);
        Reply again = lab.resume(Version.V5, id).receive(topic, "sent");
        assertEquals(p.packetId(), again.packetId());
        assertTrue(again.dup());
    }

    @EachVersion
    @Rule("MQTT-4.5.0-1")
    void aMessageGoesToEveryMatchingSession(Version v, Lab lab) {
        String topic = lab.topic();
        String offline = lab.name();
        RawClient gone = lab.resume(v, offline);
        gone.subscribe(topic, 1);
        gone.disconnect();
        RawClient exact = lab.subscriber(v, topic, 0);
        RawClient level = lab.subscriber(v, topic.replace("t/", "+/"), 1);
        RawClient tree = lab.subscriber(v, topic + "/#", 2);
        RawClient other = lab.subscriber(v, topic + "x", 2);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "to all", 2);
        assertEquals(0, exact.receive(topic, "to all").qos());
        assertEquals(1, level.receive(topic, "to all").qos());
        assertEquals(2, tree.receive(topic, "to all").qos());
        other.expectNothingFrom(publisher);
        assertEquals(1, lab.client(Connect.resuming(v, offline)).receive(topic, "to all").qos());
    }
}
