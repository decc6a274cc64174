package io.hawkermq.it.conformance;

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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Shared Subscriptions: section 4.8.2. They work with every version's SUBSCRIBE.
@ExtendWith(SharedBroker.class)
class SharedSubscriptionTest {
    @EachVersion
    @Rule({"MQTT-4.8.2-1", "MQTT-4.5.0-1"})
    void eachMessageGoesToOneMember(Version v, Lab lab) {
        String topic = lab.topic();
        String filter = "$share/group/" + topic;
        RawClient a = lab.subscriber(v, filter, 1);
        RawClient b = lab.subscriber(v, filter, 1);
        RawClient otherGroup = lab.subscriber(v, "$share/other/" + topic, 1);
        RawClient plain = lab.subscriber(v, topic, 1);
        String fenceA = a.fence();
        String fenceB = b.fence();
        RawClient publisher = lab.client(v);
        int count = 20;
        for (int i = 0; i < count; i++) {
            publisher.publish(topic, "m" + i, 1);
            plain.receive(topic, "m" + i);
            otherGroup.receive(topic, "m" + i);
        }
        publisher.publish(fenceA, "", 0);
        publisher.publish(fenceB, "", 0);
        List<String> got = new ArrayList<>(untilFence(a, fenceA));
        List<String> gotB = untilFence(b, fenceB);
        assertFalse(got.isEmpty(), "one member got all");
        assertFalse(gotB.isEmpty(), "one member got all");
        got.addAll(gotB);
        assertEquals(count, got.size());
        assertEquals(count, new HashSet<>(got).size());
    }

    private static List<String> untilFence(RawClient c, String fence) {
        List<String> got = new ArrayList<>();
        for (Reply p = c.expect(Wire.PUBLISH);
                !p.topic().equals(fence);
                p = c.expect(Wire.PUBLISH)) {
            c.acknowledge(p);
            got.add(p.payloadText());
        }
        return got;
    }

    @Test
    void aMemberThatLeavesIsPassedOver(Lab lab) {
        String topic = lab.topic();
        String filter = "$share/group/" + topic;
        RawClient a = lab.subscriber(Version.V5, filter, 1);
        RawClient b = lab.subscriber(Version.V5, filter, 1);
        RawClient c = lab.subscriber(Version.V5, filter, 1);
        b.unsubscribe(filter);
        c.disconnect();
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 5; i++) {
            publisher.publish(topic, "m" + i, 1);
            a.receive(topic, "m" + i);
        }
        b.expectNothingFrom(publisher);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share/", "$share/group", "$share/group/", "$share//a", "$share//"})
    @Rule("MQTT-4.8.2-1")
    void anIncompleteSharedFilterIsRefused(String filter, Lab lab) {
        expectRefused(lab, filter);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share/+/a", "$share/#/a", "$share/g+/a", "$share/g#x/a", "$share/#"})
    @Rule("MQTT-4.8.2-2")
    void aWildcardInTheShareNameIsRefused(String filter, Lab lab) {
        expectRefused(lab, filter);
    }

    private static void expectRefused(Lab lab, String filter) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.subscribe(Version.V5, 1, filter, 1));
        Reply r = c.nextOrClose();
        if (r != null && r.type() == Wire.SUBACK) {
            assertEquals(0x8F, r.reason(), r::toString);
        } else if (r != null) {
            assertEquals(Wire.DISCONNECT, r.type(), r::toString);
            assertTrue(Set.of(0x81, 0x82, 0x8F).contains(r.reason()), r::toString);
            c.expectClose();
        }
    }

    @Test
    @Rule({"MQTT-4.8.2-3", "MQTT-3.8.4-8"})
    void theGrantedQoSIsRespected(Lab lab) {
        RawClient publisher = lab.client(Version.V5);
        for (int qos = 0; qos <= 2; qos++) {
            String topic = lab.topic();
            RawClient c = lab.subscriber(Version.V5, "$share/group/" + topic, qos);
            publisher.publish(topic, "m", 2);
            assertEquals(qos, c.receive(topic, "m").qos());
        }
    }

    @Test
    @Rule("MQTT-4.8.2-4")
    void aBegunQoS2DeliveryIsCompletedWithItsClient(Lab lab) {
        String topic = lab.topic();
        String filter = "$share/group/" + topic;
        String id = lab.name();
        RawClient first = lab.resume(Version.V5, id);
        first.subscribe(filter, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "m", 2);
        Reply m = first.expectPublish(topic, "m");
        first.send(Wire.ack(Wire.PUBREC, m.packetId()));
        first.expectAck(Wire.PUBREL, m.packetId());
        RawClient second = lab.subscriber(Version.V5, filter, 2);
        first.abort();
        second.expectNothingFrom(publisher);
        RawClient back = lab.resume(Version.V5, id);
        back.expectAck(Wire.PUBREL, m.packetId());
        back.send(Wire.ack(Wire.PUBCOMP, m.packetId()));
        back.expectSilence();
        second.expectNothingFrom(publisher);
    }

    @Test
    @Rule("MQTT-4.8.2-5")
    void nobodyElseGetsABegunQoS2DeliveryWhenTheSessionEnds(Lab lab) {
        String topic = lab.topic();
        String filter = "$share/group/" + topic;
        RawClient first = lab.subscriber(Version.V5, filter, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "m", 2);
        Reply m = first.expectPublish(topic, "m");
        first.send(Wire.ack(Wire.PUBREC, m.packetId()));
        first.expectAck(Wire.PUBREL, m.packetId());
        RawClient second = lab.subscriber(Version.V5, filter, 2);
        first.disconnect();
        second.expectNothingFrom(publisher);
        publisher.publish(topic, "next", 2);
        second.receive(topic, "next");
    }

    @Test
    @Rule({"MQTT-4.8.2-6", "MQTT-4.4.0-2"})
    void aRefusedMessageGoesToNoOtherMember(Lab lab) {
        String topic = lab.topic();
        String filter = "$share/group/" + topic;
        RawClient first = lab.subscriber(Version.V5, filter, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "at 1", 1);
        publisher.publish(topic, "at 2", 2);
        Reply at1 = first.expectPublish(topic, "at 1");
        Reply at2 = first.expectPublish(topic, "at 2");
        RawClient second = lab.subscriber(Version.V5, filter, 2);
        first.send(Wire.ack(Wire.PUBACK, at1.packetId(), 0x80));
        first.send(Wire.ack(Wire.PUBREC, at2.packetId(), 0x97));
        first.expectSilence();
        second.expectNothingFrom(publisher);
        first.expectNothingFrom(publisher);
    }

    /// Retained messages are not sent to a Shared Subscription (section 4.8.2).
    @Test
    void retainedMessagesAreNotShared(Lab lab) {
        String topic = lab.topic();
        lab.client(Version.V5).publish(Publish.to(topic).payload("m").qos(1).retain());
        lab.subscriber(Version.V5, "$share/group/" + topic, 1).expectSilence();
    }

    @Test
    @Rule("MQTT-3.3.4-3")
    void aSharedSubscriptionHasItsIdentifier(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.client(Version.V5);
        c.subscribe("$share/group/" + topic, 1, Prop.SUBSCRIPTION_ID.of(42));
        lab.client(Version.V5).publish(topic, "m", 1);
        assertEquals(42, c.receive(topic, "m").prop(Prop.SUBSCRIPTION_ID).number());
    }

    @Test
    void wildcardsWorkInSharedFilters(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, "$share/group/" + topic + "/+/#", 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic + "/a", "1", 1);
        publisher.publish(topic, "no match", 1);
        publisher.publish(topic + "/a/b", "2", 1);
        c.receive(topic + "/a", "1");
        c.receive(topic + "/a/b", "2");
        c.expectNothingFrom(publisher);
    }
}
