package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.EachVersion;
import io.hawkermq.it.EachVersionFrom311;
import io.hawkermq.it.Lab;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;

/// UNSUBSCRIBE and UNSUBACK: sections 3.10 and 3.11.
@ExtendWith(SharedBroker.class)
class UnsubscribeTest {
    @EachVersion
    @Rule({"MQTT-3.10.4-4", "MQTT-3.10.4-5", "MQTT-2.2.1-6", "MQTT-3.11.3-2"})
    void unsubackRepeatsThePacketIdentifier(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 0);
        c.send(Wire.unsubscribe(v, 0x1234, topic));
        byte[] there = Wire.hex(v.is5() ? "B0 04 12 34 00 00" : "B0 02 12 34");
        assertArrayEquals(there, c.expect(Wire.UNSUBACK).frame());
        c.send(Wire.unsubscribe(v, 0x5678, topic));
        byte[] notThere = Wire.hex(v.is5() ? "B0 04 56 78 00 11" : "B0 02 56 78");
        assertArrayEquals(notThere, c.expect(Wire.UNSUBACK).frame());
    }

    @EachVersion
    @Rule("MQTT-3.10.4-2")
    void noNewMessagesComeAfterIt(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 1);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "before", 1);
        c.receive(topic, "before");
        c.unsubscribe(topic);
        publisher.publish(topic, "after", 1);
        c.expectNothingFrom(publisher);
    }

    @EachVersion
    @Rule("MQTT-3.10.4-1")
    void onlyTheExactFilterIsDeleted(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic + "/a/#", 0);
        List<String> others =
                List.of(
                        topic + "/a/b",
                        topic + "/a/+",
                        topic + "/#",
                        topic + "/+/#",
                        topic + "/A/#",
                        topic + "/a//#",
                        topic + "//a/#");
        for (String other : others) {
            Reply r = c.unsubscribe(other);
            assertTrue(!v.is5() || r.reason() == 0x11, r::toString);
        }
        RawClient publisher = lab.client(v);
        publisher.publish(topic + "/a/b", "still", 0);
        c.receive(topic + "/a/b", "still");
        c.unsubscribe(topic + "/a/#");
        publisher.publish(topic + "/a/b", "gone", 0);
        c.expectNothingFrom(publisher);
    }

    @EachVersion
    @Rule({"MQTT-3.10.4-6", "MQTT-3.11.3-1"})
    void severalFiltersGetOneUnsubackWithACodeForEachInOrder(Version v, Lab lab) {
        String root = lab.topic();
        RawClient c = lab.subscriber(v, root + "/a", 0);
        c.subscribe(root + "/b", 0);
        c.subscribe(root + "/c", 0);
        Reply r = c.unsubscribe(root + "/a", root + "/x", root + "/b", root + "/a");
        if (v.is5()) {
            assertEquals(List.of(0, 0x11, 0, 0x11), r.reasons());
        }
        c.expectSilence();
        RawClient publisher = lab.client(v);
        publisher.publish(root + "/a", "", 0);
        publisher.publish(root + "/b", "", 0);
        publisher.publish(root + "/c", "kept", 0);
        c.receive(root + "/c", "kept");
    }

    @EachVersion
    @Rule("MQTT-3.10.4-3")
    void deliveriesBegunAreCompleted(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 2);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "begun 1", 1);
        publisher.publish(topic, "begun 2", 2);
        Reply at1 = c.expectPublish(topic, "begun 1");
        Reply at2 = c.expectPublish(topic, "begun 2");
        c.unsubscribe(topic);
        c.send(Wire.ack(Wire.PUBREC, at2.packetId()));
        c.expectAck(Wire.PUBREL, at2.packetId());
        c.abort();
        RawClient back = lab.resume(v, id);
        // Both are sent again; which of the two comes first is the server's choice.
        Reply one = back.next();
        Reply two = back.next();
        Reply again = one.type() == Wire.PUBLISH ? one : two;
        Reply pubrel = one.type() == Wire.PUBLISH ? two : one;
        assertEquals(Wire.PUBLISH, again.type());
        assertEquals(at1.packetId(), again.packetId());
        assertEquals("begun 1", again.payloadText());
        assertEquals(Wire.PUBREL, pubrel.type());
        assertEquals(at2.packetId(), pubrel.packetId());
        back.acknowledge(again);
        back.send(Wire.ack(Wire.PUBCOMP, at2.packetId()));
        back.expectSilence();
    }

    /// Also the end of one of several overlapping subscriptions is the end of that one only.
    @EachVersion
    @Rule("MQTT-3.10.4-2")
    void anOverlappingSubscriptionGoesOn(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 2);
        c.subscribe(topic + "/#", 1);
        c.unsubscribe(topic);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        assertEquals(1, c.receive(topic, "m").qos());
        c.expectNothingFrom(publisher);
    }

    @EachVersion
    @Rule({"MQTT-3.10.4-2", "MQTT-3.1.2-23"})
    void anUnsubscribeLastsAcrossConnections(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 1);
        c.unsubscribe(topic);
        c.disconnect();
        lab.client(v).publish(topic, "m", 1);
        lab.resume(v, id).expectSilence();
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.10.1-1", "MQTT-4.13.1-1"})
    void otherFlagsThan2Close(Version v, Lab lab) {
        for (int flags : new int[] {0, 1, 3, 4, 8, 10}) {
            RawClient c = lab.client(v);
            c.send(Wire.packet(0xA0 | flags, Wire.two(1), Wire.props(v), Wire.text(lab.topic())));
            c.expectClosedFor(0x81, 0x82);
        }
    }

    @EachVersion
    @Rule({"MQTT-3.10.3-2", "MQTT-4.13.1-1"})
    void noFilterCloses(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Wire.unsubscribe(v, 1));
        c.expectClosedFor(0x81, 0x82);
    }

    @EachVersion
    @Rule({"MQTT-3.10.3-1", "MQTT-1.5.4-1"})
    void anIllFormedFilterCloses(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(
                Wire.packet(
                        0xA2,
                        Wire.two(1),
                        Wire.props(v),
                        Wire.binary(Wire.bytes('a', 0xC0, 0x80))));
        c.expectClosedFor(0x81, 0x82, 0x8F);
    }

    @EachVersion
    @Rule("MQTT-4.13.1-1")
    void packetIdentifier0Closes(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Wire.unsubscribe(v, 0, lab.topic()));
        c.expectClosedFor(0x81, 0x82);
    }
}
