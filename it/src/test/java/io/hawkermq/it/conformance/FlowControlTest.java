package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.hawkermq.it.BrokerProcess;
import io.hawkermq.it.Connect;
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

/// Receive Maximum: sections 3.1.2.11.3, 3.3.4 and 4.9.
@ExtendWith(SharedBroker.class)
class FlowControlTest {
    private static RawClient limited(Lab lab, String topic, int maximum) {
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, lab.name()).with(Prop.RECEIVE_MAXIMUM.of(maximum)));
        c.subscribe(topic, 2);
        c.fence();
        return c;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 20})
    @Rule({"MQTT-3.3.4-9", "MQTT-4.9.0-1", "MQTT-4.9.0-2"})
    void noMoreThanTheReceiveMaximumIsUnderWay(int maximum, Lab lab) {
        String topic = lab.topic();
        RawClient c = limited(lab, topic, maximum);
        RawClient publisher = lab.client(Version.V5);
        int total = 2 * maximum + 1;
        for (int i = 0; i < total; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        List<Reply> open = new ArrayList<>();
        for (int i = 0; i < maximum; i++) {
            open.add(c.expectPublish(topic, "m" + i));
        }
        c.expectNothingFrom(publisher);
        // Each PUBACK lets exactly one more through.
        for (int i = maximum; i < total; i++) {
            c.send(Wire.ack(Wire.PUBACK, open.removeFirst().packetId()));
            open.add(c.expectPublish(topic, "m" + i));
            c.expectSilence();
        }
        for (Reply p : open) {
            c.acknowledge(p);
        }
        c.expectSilence();
    }

    @Test
    @Rule({"MQTT-3.3.4-9", "MQTT-4.9.0-2"})
    void aQoS2DeliveryCountsUntilPubcomp(Lab lab) {
        String topic = lab.topic();
        RawClient c = limited(lab, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "a", 2);
        publisher.publish(topic, "b", 2);
        Reply a = c.expectPublish(topic, "a");
        c.expectNothingFrom(publisher);
        c.send(Wire.ack(Wire.PUBREC, a.packetId()));
        c.expectAck(Wire.PUBREL, a.packetId());
        c.expectSilence();
        c.send(Wire.ack(Wire.PUBCOMP, a.packetId()));
        c.receive(topic, "b");
    }

    @Test
    @Rule({"MQTT-3.3.4-9", "MQTT-4.4.0-2"})
    void anErrorInPubrecFreesItsPlace(Lab lab) {
        String topic = lab.topic();
        RawClient c = limited(lab, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "a", 2);
        publisher.publish(topic, "b", 2);
        Reply a = c.expectPublish(topic, "a");
        c.send(Wire.ack(Wire.PUBREC, a.packetId(), 0x80));
        c.receive(topic, "b");
    }

    @Test
    @Rule({"MQTT-3.3.4-10", "MQTT-4.9.0-3"})
    void otherPacketsAreNotHeldBack(Lab lab) {
        String topic = lab.topic();
        RawClient c = limited(lab, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "a", 1);
        publisher.publish(topic, "held back", 1);
        Reply a = c.expectPublish(topic, "a");
        c.expectSilence();
        c.subscribe(lab.topic(), 1);
        c.unsubscribe(lab.topic());
        c.publish(lab.topic(), "from here", 2);
        c.publish(lab.topic(), "from here", 1);
        c.acknowledge(a);
        c.receive(topic, "held back");
    }

    @Test
    @Rule("MQTT-4.9.0-2")
    void theQuotaHoldsAfterAResumeToo(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1);
        c.disconnect();
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 5; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        RawClient back =
                lab.client(Connect.resuming(Version.V5, id).with(Prop.RECEIVE_MAXIMUM.of(2)));
        Reply m0 = back.expectPublish(topic, "m0");
        Reply m1 = back.expectPublish(topic, "m1");
        back.expectSilence();
        back.acknowledge(m0);
        back.acknowledge(m1);
        for (int i = 2; i < 5; i++) {
            back.receive(topic, "m" + i);
        }
        back.expectSilence();
    }

    /// The initial quota is that of the new connection: also what is sent again counts.
    @Test
    @Rule({"MQTT-4.9.0-1", "MQTT-4.4.0-1"})
    void whatIsSentAgainCountsToo(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1);
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 3; i++) {
            publisher.publish(topic, "m" + i, 1);
            c.expectPublish(topic, "m" + i);
        }
        c.abort();
        RawClient back =
                lab.client(Connect.resuming(Version.V5, id).with(Prop.RECEIVE_MAXIMUM.of(1)));
        for (int i = 0; i < 3; i++) {
            Reply m = back.expectPublish(topic, "m" + i);
            back.expectSilence();
            back.acknowledge(m);
        }
        back.expectSilence();
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void aClientThatExceedsTheServersMaximumIsClosed(Lab lab) {
        assumeFalse(BrokerProcess.isReference(), "the reference is lenient");
        RawClient c = lab.open(Version.V5);
        Reply connack = c.connect(Connect.as(Version.V5, lab.name()));
        int maximum = (int) connack.prop(Prop.RECEIVE_MAXIMUM).number();
        String topic = lab.topic();
        for (int id = 1; id <= maximum; id++) {
            c.send(Publish.to(topic).qos(2).bytes(Version.V5, id));
            c.expect(Wire.PUBREC);
        }
        c.expectSilence();
        c.send(Publish.to(topic).qos(2).bytes(Version.V5, maximum + 1));
        c.expectClosedFor(0x93);
    }

    /// Neither does QoS 0 count, nor may it be lost behind a full window.
    @Test
    @Rule("MQTT-3.3.4-10")
    void aFullWindowDoesNotStopOtherSubscribers(Lab lab) {
        String topic = lab.topic();
        RawClient slow = limited(lab, topic, 1);
        RawClient quick = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 10; i++) {
            publisher.publish(topic, "m" + i, 1);
            quick.receive(topic, "m" + i);
        }
        slow.receive(topic, "m0");
        slow.receive(topic, "m1");
    }
}
