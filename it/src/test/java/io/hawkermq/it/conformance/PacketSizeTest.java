package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's Maximum Packet Size: section 3.1.2.11.4 and what follows from it for every packet.
@ExtendWith(SharedBroker.class)
class PacketSizeTest {
    /// CONNACK just fits; a Reason String or a User Property worth sending does not.
    private static final int MAXIMUM = 24;

    private static RawClient limited(Lab lab) {
        return lab.client(
                Connect.as(Version.V5, lab.name()).with(Prop.MAXIMUM_PACKET_SIZE.of(MAXIMUM)));
    }

    private static Reply small(Reply r) {
        assertTrue(r.frame().length <= MAXIMUM, () -> r.frame().length + " bytes: " + r);
        return r;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    @Rule({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void aMessageThatIsTooLargeIsDroppedAsIfSent(int qos, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        Connect connect = Connect.resuming(Version.V5, id);
        RawClient c = lab.client(connect.with(Prop.MAXIMUM_PACKET_SIZE.of(40)));
        c.subscribe(topic, qos);
        RawClient publisher = lab.client(Version.V5);
        int header = Publish.to(topic).qos(qos).bytes(Version.V5, 1).length;
        publisher.publish(topic, "x".repeat(40 - header + 1), qos);
        publisher.publish(topic, "y".repeat(40 - header), qos);
        Reply fits = c.receive(topic, "y".repeat(40 - header));
        assertEquals(40, fits.frame().length);
        c.expectNothingFrom(publisher);
        c.disconnect();
        // It does not wait for a connection with more room either.
        lab.resume(Version.V5, id).expectSilence();
    }

    /// A dropped message holds no place in the client's Receive Maximum.
    @Test
    @Rule("MQTT-3.1.2-25")
    void droppedMessagesDoNotFillTheWindow(Lab lab) {
        String topic = lab.topic();
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, lab.name())
                                .with(Prop.MAXIMUM_PACKET_SIZE.of(40), Prop.RECEIVE_MAXIMUM.of(1)));
        c.subscribe(topic, 2);
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 3; i++) {
            publisher.publish(topic, "x".repeat(100), 2);
        }
        publisher.publish(topic, "small", 2);
        c.receive(topic, "small");
    }

    @Test
    @Rule({"MQTT-3.1.2-24", "MQTT-3.1.2-25"})
    void retainedAndQueuedMessagesThatAreTooLargeAreDropped(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(Version.V5, id);
        c.subscribe(topic, 1);
        c.disconnect();
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "x".repeat(100), 1);
        publisher.publish(topic, "small", 1);
        publisher.publish(Publish.to(topic + "/r").payload("x".repeat(100)).qos(1).retain());
        Connect connect = Connect.resuming(Version.V5, id);
        RawClient back = lab.client(connect.with(Prop.MAXIMUM_PACKET_SIZE.of(40)));
        back.receive(topic, "small");
        back.expectSilence();
        back.subscribe(topic + "/r", 1);
        back.expectSilence();
    }

    /// User Properties of a message are no ornament: without them it is another message.
    @Test
    @Rule({"MQTT-3.1.2-24", "MQTT-3.3.2-17"})
    void aMessageIsNotCutToFit(Lab lab) {
        String topic = lab.topic();
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, lab.name()).with(Prop.MAXIMUM_PACKET_SIZE.of(40)));
        c.subscribe(topic, 0);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(Publish.to(topic).with(Prop.pair("name", "v".repeat(40))));
        c.expectNothingFrom(publisher);
    }

    @Test
    @Rule({"MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.1.2-24"})
    void pubackFits(Lab lab) {
        RawClient c = limited(lab);
        c.send(Publish.to(lab.topic()).qos(1).bytes(Version.V5, 1));
        assertEquals(1, small(c.expect(Wire.PUBACK)).packetId());
    }

    @Test
    @Rule({
        "MQTT-3.5.2-2",
        "MQTT-3.5.2-3",
        "MQTT-3.7.2-2",
        "MQTT-3.7.2-3",
        "MQTT-3.6.2-2",
        "MQTT-3.6.2-3"
    })
    void pubrecPubrelAndPubcompFit(Lab lab) {
        RawClient c = limited(lab);
        c.send(Publish.to(lab.topic()).qos(2).bytes(Version.V5, 1));
        small(c.expect(Wire.PUBREC));
        c.send(Wire.ack(Wire.PUBREL, 1));
        small(c.expect(Wire.PUBCOMP));
        // The ones that nobody has asked for.
        c.send(Wire.ack(Wire.PUBREL, 77));
        assertEquals(0, small(c.expect(Wire.PUBCOMP)).reason());
        c.send(Wire.ack(Wire.PUBREC, 78));
        assertEquals(0, small(c.expect(Wire.PUBREL)).reason());
    }

    @Test
    @Rule({"MQTT-3.9.2-1", "MQTT-3.9.2-2", "MQTT-3.11.2-1", "MQTT-3.11.2-2"})
    void subackAndUnsubackFit(Lab lab) {
        RawClient c = limited(lab);
        c.send(Wire.subscribe(Version.V5, 1, lab.topic(), 1));
        assertEquals(1, small(c.expect(Wire.SUBACK)).reason());
        c.send(Wire.unsubscribe(Version.V5, 2, lab.topic()));
        assertEquals(0x11, small(c.expect(Wire.UNSUBACK)).reason());
    }

    @Test
    @Rule({"MQTT-3.14.2-3", "MQTT-3.14.2-4"})
    void disconnectFits(Lab lab) {
        RawClient c = limited(lab);
        c.send(Publish.to("a/#").bytes(Version.V5, 0));
        Reply r = c.nextOrClose();
        if (r != null) {
            assertEquals(Wire.DISCONNECT, small(r).type());
            c.expectClose();
        }
    }

    @Test
    @Rule("MQTT-3.1.2-29")
    void withoutRequestProblemInformationReasonsAreNotExplained(Lab lab) {
        RawClient c =
                lab.client(
                        Connect.as(Version.V5, lab.name()).with(Prop.REQUEST_PROBLEM_INFO.of(0)));
        byte[][] requests = {
            Publish.to(lab.topic()).qos(1).bytes(Version.V5, 1),
            Publish.to(lab.topic()).qos(2).bytes(Version.V5, 2),
            Wire.ack(Wire.PUBREL, 77),
            Wire.ack(Wire.PUBREC, 78),
            Wire.unsubscribe(Version.V5, 3, lab.topic()),
            Publish.to("$SYS/broker/version").qos(1).bytes(Version.V5, 4),
            Wire.subscribe(Version.V5, 5, "a/#b", 1)
        };
        for (byte[] request : requests) {
            c.send(request);
            Reply r = c.nextOrClose();
            if (r == null || r.type() == Wire.DISCONNECT) {
                // Only the last one may be answered so.
                assertEquals(requests[requests.length - 1], request);
                break;
            }
            assertFalse(r.has(Prop.REASON_STRING), r::toString);
            assertFalse(r.has(Prop.USER_PROPERTY), r::toString);
        }
    }
}
