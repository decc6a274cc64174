package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// SUBSCRIBE and SUBACK: sections 3.8 and 3.9.
@ExtendWith(SharedBroker.class)
class SubscribeTest {
    @EachVersion
    @Rule({
        "MQTT-3.8.4-1",
        "MQTT-3.8.4-2",
        "MQTT-2.2.1-6",
        "MQTT-3.8.4-7",
        "MQTT-2.2.2-1",
        "MQTT-3.9.3-2"
    })
    void subackRepeatsThePacketIdentifierAndGrantsTheQoS(Version v, Lab lab) {
        RawClient c = lab.client(v);
        for (int qos = 0; qos <= 2; qos++) {
            c.send(Wire.subscribe(v, 0x4321 + qos, lab.topic(), qos));
            String end = (v.is5() ? "00 " : "") + "0" + qos;
            byte[] expected = Wire.packet(0x90, Wire.two(0x4321 + qos), Wire.hex(end));
            assertArrayEquals(expected, c.expect(Wire.SUBACK).frame());
        }
    }

    @EachVersion
    @Rule({"MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.9.3-1", "MQTT-3.9.3-2"})
    void severalFiltersGetOneSubackWithACodeForEachInOrder(Version v, Lab lab) {
        String root = lab.topic();
        RawClient c = lab.client(v);
        c.send(
                Wire.packet(
                        0x82,
                        Wire.two(5),
                        Wire.props(v),
                        Wire.entry(root + "/two", 2),
                        Wire.entry(root + "/zero", 0),
                        Wire.entry(root + "/one", 1),
                        Wire.entry(root + "/zero/#", 0)));
        assertEquals(List.of(2, 0, 1, 0), c.expectSuback(5).reasons());
        c.expectSilence();
        RawClient publisher = lab.client(v);
        for (String level : List.of("two", "zero", "one")) {
            publisher.publish(root + "/" + level, level, 2);
        }
        assertEquals(2, c.receive(root + "/two", "two").qos());
        Reply zero = c.receive(root + "/zero", "zero");
        assertEquals(0, zero.qos());
        Reply next = c.expect(Wire.PUBLISH);
        if (next.topic().equals(root + "/zero")) {
            // A server may send a copy for each of the two filters that match.
            next = c.expect(Wire.PUBLISH);
        }
        assertEquals(root + "/one", next.topic());
        assertEquals(1, next.qos());
    }

    @EachVersion
    @Rule({"MQTT-3.8.4-8", "MQTT-3.8.4-7"})
    void theDeliveredQoSIsTheLowerOfPublishedAndGranted(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient publisher = lab.client(v);
        for (int granted = 0; granted <= 2; granted++) {
            RawClient c = lab.subscriber(v, topic, granted);
            for (int published = 0; published <= 2; published++) {
                publisher.publish(topic, "m", published);
                assertEquals(Math.min(granted, published), c.receive(topic, "m").qos());
            }
            c.disconnect();
        }
    }

    @EachVersion
    @Rule("MQTT-3.8.4-3")
    void anIdenticalFilterReplacesTheSubscription(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 2);
        c.subscribe(topic, 0);
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        assertEquals(0, c.receive(topic, "m").qos());
        c.expectNothingFrom(publisher);
        c.subscribe(topic, 1);
        publisher.publish(topic, "m", 2);
        assertEquals(1, c.receive(topic, "m").qos());
        c.expectNothingFrom(publisher);
        c.unsubscribe(topic);
        publisher.publish(topic, "m", 2);
        c.expectNothingFrom(publisher);
    }

    @Test
    @Rule("MQTT-3.8.4-3")
    void aReplacementTakesItsOwnIdentifierAndOptions(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.client(Version.V5);
        c.subscribe(topic, 0, Prop.SUBSCRIPTION_ID.of(1));
        c.subscribe(topic, Wire.RETAIN_AS_PUBLISHED, Prop.SUBSCRIPTION_ID.of(2));
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).retain());
        Reply p = c.receive(topic, "");
        assertTrue(p.retain());
        assertEquals(2, p.prop(Prop.SUBSCRIPTION_ID).number());
        c.subscribe(topic, 0);
        publisher.publish(topic, "", 0);
        assertFalse(c.receive(topic, "").has(Prop.SUBSCRIPTION_ID));
    }

    /// A stream of messages runs while its subscription is replaced again and again.
    @EachVersion
    @Rule("MQTT-3.8.4-4")
    void nothingIsLostWhileASubscriptionIsReplaced(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 0);
        RawClient publisher = lab.client(v);
        int round = 20;
        for (int i = 0; i < 10; i++) {
            for (int m = 0; m < round; m++) {
                publisher.send(Publish.to(topic).payload("m" + (i * round + m)).bytes(v, 0));
            }
            c.send(Wire.subscribe(v, 100 + i, topic, 0));
        }
        int next = 0;
        int subacks = 0;
        while (next < 10 * round || subacks < 10) {
            Reply r = c.next();
            if (r.type() == Wire.SUBACK) {
                subacks++;
            } else {
                assertEquals("m" + next, r.payloadText());
                next++;
            }
        }
        c.expectNothingFrom(publisher);
    }

    @Test
    @Rule("MQTT-3.8.3-3")
    void withNoLocalOnesOwnMessagesDoNotComeBack(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, topic, 1 | Wire.NO_LOCAL);
        c.publish(topic, "own", 1);
        c.publish(topic, "own", 0);
        c.expectSilence();
        lab.client(Version.V5).publish(topic, "another's", 1);
        c.receive(topic, "another's");
        // Only this subscription is deaf, and only this client's.
        String second = topic + "/#";
        c.subscribe(second, 0);
        c.send(Publish.to(topic).payload("own").bytes(Version.V5, 0));
        c.receive(topic, "own");
        c.expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.8.3-3")
    void withoutNoLocalOnesOwnMessagesComeBack(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 0);
        c.publish(topic, "own", 0);
        c.receive(topic, "own");
    }

    @Test
    @Rule("MQTT-3.8.3-4")
    void noLocalOnASharedSubscriptionCloses(Lab lab) {
        RawClient c = lab.client(Version.V5);
        String filter = "$share/group/" + lab.topic();
        c.send(Wire.subscribe(Version.V5, 1, filter, 1 | Wire.NO_LOCAL));
        c.expectClosedFor(0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x40, 0x80, 0xC0, 0x03, 0x30})
    @Rule({"MQTT-3.8.3-5", "MQTT-4.13.1-1"})
    void reservedOptionsClose(int options, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.subscribe(Version.V5, 1, lab.topic(), options));
        c.expectClosedFor(0x81, 0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x03, 0x04, 0x08, 0x10, 0x80})
    @Rule({"MQTT-3.8.3-5", "MQTT-4.13.1-1"})
    void in311AllButTheQoSIsReserved(int options, Lab lab) {
        RawClient c = lab.client(Version.V311);
        c.send(Wire.subscribe(Version.V311, 1, lab.topic(), options));
        c.expectClose();
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.8.1-1", "MQTT-4.13.1-1"})
    void otherFlagsThan2Close(Version v, Lab lab) {
        for (int flags : new int[] {0, 1, 3, 4, 8, 10}) {
            RawClient c = lab.client(v);
            c.send(
                    Wire.packet(
                            0x80 | flags, Wire.two(1), Wire.props(v), Wire.entry(lab.topic(), 0)));
            c.expectClosedFor(0x81, 0x82);
        }
    }

    @EachVersion
    @Rule({"MQTT-3.8.3-2", "MQTT-4.13.1-1"})
    void noFilterCloses(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Wire.packet(0x82, Wire.two(1), Wire.props(v)));
        c.expectClosedFor(0x81, 0x82);
    }

    @EachVersion
    @Rule({"MQTT-3.8.3-1", "MQTT-1.5.4-1"})
    void anIllFormedFilterCloses(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(
                Wire.packet(
                        0x82,
                        Wire.two(1),
                        Wire.props(v),
                        Wire.binary(Wire.bytes('a', '/', 0xC3, 0x28)),
                        Wire.bytes(0)));
        c.expectClosedFor(0x81, 0x82, 0x8F);
    }

    @EachVersion
    @Rule("MQTT-4.13.1-1")
    void packetIdentifier0Closes(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Wire.subscribe(v, 0, lab.topic(), 0));
        c.expectClosedFor(0x81, 0x82);
    }

    @Test
    @Rule({"MQTT-3.3.4-3", "MQTT-3.3.4-4", "MQTT-3.3.4-5"})
    void overlappingSubscriptionsSendTheirIdentifiers(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.client(Version.V5);
        c.subscribe(topic, 1, Prop.SUBSCRIPTION_ID.of(1));
        c.subscribe(topic + "/#", 1, Prop.SUBSCRIPTION_ID.of(268_435_455));
        c.subscribe(topic.replace("t/", "+/"), 1);
        String fence = c.fence();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "m", 1);
        publisher.publish(fence, "", 0);
        List<List<Long>> copies = new ArrayList<>();
        for (Reply p = c.expect(Wire.PUBLISH);
                !p.topic().equals(fence);
                p = c.expect(Wire.PUBLISH)) {
            c.acknowledge(p);
            copies.add(
                    p.all(Prop.SUBSCRIPTION_ID).stream()
                            .map(Reply.Value::number)
                            .sorted()
                            .toList());
        }
        copies.sort((a, b) -> a.toString().compareTo(b.toString()));
        if (copies.size() == 1) {
            assertEquals(List.of(List.of(1L, 268_435_455L)), copies);
        } else {
            assertEquals(List.of(List.of(1L), List.of(268_435_455L), List.of()), copies);
        }
    }

    @EachVersion
    @Rule("MQTT-3.3.4-2")
    void overlappingSubscriptionsDeliverAtTheHighestQoS(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.client(v);
        c.subscribe(topic, 0);
        c.subscribe(topic + "/#", 2);
        c.subscribe(topic.replace("t/", "+/"), 1);
        String fence = c.fence();
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "m", 2);
        publisher.publish(fence, "", 0);
        int highest = -1;
        for (Reply p = c.expect(Wire.PUBLISH);
                !p.topic().equals(fence);
                p = c.expect(Wire.PUBLISH)) {
            highest = Math.max(highest, p.qos());
        }
        assertEquals(2, highest);
    }

    @Test
    @Rule("MQTT-3.3.4-3")
    void retainedAndQueuedMessagesCarryTheIdentifier(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).payload("retained").qos(1).retain());
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1, Prop.SUBSCRIPTION_ID.of(128));
        Reply retained = c.receive(topic, "retained");
        assertEquals(128, retained.prop(Prop.SUBSCRIPTION_ID).number());
        c.disconnect();
        publisher.publish(topic, "queued", 1);
        Reply queued = lab.resume(Version.V5, id).receive(topic, "queued");
        assertEquals(128, queued.prop(Prop.SUBSCRIPTION_ID).number());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "02 0B 00", // Subscription Identifier 0
                "04 0B 01 0B 02", // twice
                "03 21 00 05", // Receive Maximum, which belongs to CONNECT
                "06 0B FF FF FF FF 7F", // more than four bytes
                "0A 0B 01" // a length beyond the packet
            })
    @Rule("MQTT-4.13.1-1")
    void badPropertiesClose(String properties, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.packet(0x82, Wire.two(1), Wire.hex(properties), Wire.entry("a", 0)));
        c.expectClosedFor(0x81, 0x82);
    }

    /// The QoS that a subscription asks for is granted in full, as Maximum QoS is 2.
    @Test
    void manyFiltersInOneSubscribe(Lab lab) {
        String root = lab.topic();
        RawClient c = lab.client(Version.V5);
        int count = 500;
        byte[] entries = new byte[0];
        for (int i = 0; i < count; i++) {
            entries = Wire.join(entries, Wire.entry(root + "/" + i, i % 3));
        }
        c.send(Wire.packet(0x82, Wire.two(1), Wire.props(Version.V5), entries));
        List<Integer> codes = c.expectSuback(1).reasons();
        assertEquals(count, codes.size());
        for (int i = 0; i < count; i++) {
            assertEquals(i % 3, codes.get(i));
        }
        lab.client(Version.V5).publish(root + "/499", "last", 2);
        assertEquals(1, c.receive(root + "/499", "last").qos());
    }
}
