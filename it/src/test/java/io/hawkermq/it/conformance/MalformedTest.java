package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Malformed packets of every kind: sections 2 and 4.13. Each must close its connection, and only
/// that one.
@ExtendWith(SharedBroker.class)
class MalformedTest {
    /// Packets with a wrong flag in their first byte.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "00 00", // type 0
                "01 00",
                "20 02 00 00", // CONNACK, which clients do not send
                "41 02 00 01", // PUBACK
                "48 02 00 01",
                "52 02 00 01", // PUBREC
                "71 02 00 01", // PUBCOMP
                "7F 02 00 01",
                "90 03 00 01 00", // SUBACK, which clients do not send
                "B0 02 00 01", // UNSUBACK, which clients do not send
                "C1 00", // PINGREQ
                "C8 00",
                "D0 00", // PINGRESP, which clients do not send
                "E1 00" // DISCONNECT
            })
    @Rule({"MQTT-2.1.3-1", "MQTT-4.13.1-1"})
    void wrongTypesAndReservedFlagsClose(String packet, Lab lab) {
        for (Version v : List.of(Version.V311, Version.V5)) {
            RawClient c = lab.client(v);
            c.send(Wire.hex(packet));
            c.expectClosedFor(0x81, 0x82);
        }
    }

    @EachVersionFrom311
    @Rule("MQTT-2.1.3-1")
    void connectWithFlagsIsRefused(Version v, Lab lab) {
        for (int flags : new int[] {1, 2, 4, 8}) {
            RawClient c = lab.open(v);
            byte[] connect = Connect.as(v, lab.name()).bytes();
            connect[0] |= (byte) flags;
            c.send(connect);
            c.expectRefused(0x81, 0x82);
        }
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.6.1-1", "MQTT-2.1.3-1"})
    void pubrelWithOtherFlagsThan2Closes(Version v, Lab lab) {
        for (int flags : new int[] {0, 1, 3, 6, 10}) {
            RawClient c = lab.client(v);
            c.send(Publish.to(lab.topic()).qos(2).bytes(v, 1));
            c.expectAck(Wire.PUBREC, 1);
            c.send(Wire.packet(0x60 | flags, Wire.two(1)));
            c.expectClosedFor(0x81, 0x82);
        }
    }

    @EachVersion
    @Rule({"MQTT-3.3.1-4", "MQTT-4.13.1-1"})
    void qos3Closes(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Publish.to(lab.topic()).qos(3).bytes(v, 1));
        c.expectClosedFor(0x81, 0x82);
    }

    @Test
    @Rule({"MQTT-3.3.1-2", "MQTT-4.3.1-1"})
    void dupAtQoS0Closes(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Publish.to(lab.topic()).dup().bytes(Version.V5, 0));
        c.expectClosedFor(0x81, 0x82);
    }

    @EachVersion
    @Rule("MQTT-4.13.1-1")
    void packetIdentifier0InPublishCloses(Version v, Lab lab) {
        for (int qos = 1; qos <= 2; qos++) {
            RawClient c = lab.client(v);
            c.send(Publish.to(lab.topic()).qos(qos).bytes(v, 0));
            c.expectClosedFor(0x81, 0x82);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "30 01 00", // PUBLISH without room for a topic's length
                "30 03 00 05 61", // a topic beyond the packet
                "32 04 00 01 61 00", // half a Packet Identifier
                "40 00", // PUBACK without a Packet Identifier
                "40 01 00",
                "50 01 00",
                "62 01 00",
                "70 01 00",
                "82 02 00 01", // SUBSCRIBE without a filter
                "82 05 00 01 00 05 61", // a filter beyond the packet
                "A2 02 00 01", // UNSUBSCRIBE without a filter
                "C0 01 00", // PINGREQ with a payload
                "30 FF FF FF FF 01", // a Remaining Length of five bytes
                "C0 80 80 80 80 00"
            })
    @Rule({"MQTT-4.13.1-1", "MQTT-1.5.5-1"})
    void brokenLengthsClose(String packet, Lab lab) {
        for (Version v : List.of(Version.V311, Version.V5)) {
            RawClient c = lab.client(v);
            c.send(Wire.hex(packet));
            c.expectClosedFor(0x81, 0x82, 0x90, 0x95);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "40 03 00 01 55", // PUBACK with an unlisted code
                "50 03 00 01 92", // PUBREC with a code of PUBREL
                "62 03 00 01 10", // PUBREL with a code of PUBREC
                "70 03 00 01 87", // PUBCOMP likewise
                "40 07 00 01 00 03 21 00 05", // a property that belongs elsewhere
                "40 04 00 01 00 05", // a length beyond the packet
                "40 0C 00 01 00 08 1F 00 01 61 1F 00 01 62" // Reason String twice
            })
    @Rule({"MQTT-4.13.1-1", "MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1"})
    void badAcknowledgementsClose(String packet, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.hex(packet));
        c.expectClosedFor(0x81, 0x82);
    }

    /// Clients may add a Reason String and User Properties to what they acknowledge.
    @Test
    void acknowledgementsWithPropertiesAreRead(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, topic, 2);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(topic, "m", 2);
        Reply p = c.expectPublish(topic, "m");
        byte[] props =
                Wire.props(Version.V5, Prop.REASON_STRING.of("because"), Prop.pair("k", "v"));
        c.send(Wire.packet(0x50, Wire.two(p.packetId()), Wire.bytes(0), props));
        c.expectAck(Wire.PUBREL, p.packetId());
        c.send(Wire.packet(0x70, Wire.two(p.packetId()), Wire.bytes(0), props));
        c.expectSilence();
        publisher.publish(topic, "next", 1);
        c.receive(topic, "next");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 8})
    @Rule({"MQTT-3.15.1-1", "MQTT-4.13.1-1"})
    void authWithoutAMethodOrWithFlagsCloses(int flags, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(
                Wire.packet(
                        0xF0 | flags,
                        Wire.bytes(0x19),
                        Wire.props(Version.V5, Prop.AUTH_METHOD.of("none"))));
        c.expectClosedFor(0x81, 0x82, 0x8C);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x17, 0x80, 0xFF})
    @Rule({"MQTT-3.15.2-1", "MQTT-4.13.1-1"})
    void authWithAnUnlistedReasonCodeCloses(int code, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(
                Wire.packet(
                        0xF0,
                        Wire.bytes(code),
                        Wire.props(Version.V5, Prop.AUTH_METHOD.of("none"))));
        c.expectClosedFor(0x81, 0x82, 0x8C);
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void version311HasNoAuth(Lab lab) {
        RawClient c = lab.client(Version.V311);
        c.send(Wire.hex("F0 00"));
        c.expectClose();
    }

    /// One client's nonsense is nobody else's trouble.
    @Test
    @Rule("MQTT-4.13.1-1")
    void othersAreNotDisturbed(Lab lab) {
        String topic = lab.topic();
        RawClient bystander = lab.subscriber(Version.V5, topic, 1);
        RawClient publisher = lab.client(Version.V5);
        for (int seed = 0; seed < 100; seed++) {
            RawClient c = lab.client(seed % 2 == 0 ? Version.V5 : Version.V311);
            byte[] noise = new byte[64];
            new java.util.Random(seed).nextBytes(noise);
            // A type that clients do not send, so that the end of this connection is certain.
            c.send(Wire.bytes(0xD0, 62), noise, Wire.bytes(0xD0, 0));
            for (Reply r = c.nextOrClose(); r != null; r = c.nextOrClose()) {
                assertEquals(Wire.DISCONNECT, r.type());
            }
        }
        publisher.publish(topic, "all is well", 1);
        bystander.receive(topic, "all is well");
    }

    /// However TCP cuts the stream, the packets are the same.
    @EachVersion
    void packetsMayArriveByteByByteOrManyAtOnce(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 0);
        RawClient c = lab.open(v);
        byte[] all =
                Wire.join(
                        Connect.as(v, lab.name()).bytes(),
                        Wire.subscribe(v, 1, topic, 1),
                        Publish.to(topic).payload("one").qos(1).bytes(v, 2),
                        Publish.to(topic).payload("x".repeat(200)).bytes(v, 0),
                        Wire.pingreq());
        for (byte b : all) {
            c.send(Wire.bytes(b));
        }
        c.expect(Wire.CONNACK);
        // Messages may come before the SUBACK (section 3.8.4).
        c.await(Wire.SUBACK);
        observer.receive(topic, "one");
        observer.receive(topic, "x".repeat(200));
        RawClient atOnce = lab.open(v);
        atOnce.send(all);
        atOnce.expect(Wire.CONNACK);
        atOnce.await(Wire.SUBACK);
        observer.receive(topic, "one");
        observer.receive(topic, "x".repeat(200));
    }
}
