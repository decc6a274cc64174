package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.hawkermq.it.BrokerProcess;
import io.hawkermq.it.Connect;
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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// CONNACK: section 3.2.
@ExtendWith(SharedBroker.class)
class ConnackTest {
    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2"})
    void cleanStartDiscardsTheSession(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient first = lab.resume(v, id);
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "queued", 1);
        RawClient second = lab.open(v);
        assertFalse(second.connect(Connect.resuming(v, id).cleanStart(1)).sessionPresent());
        second.expectSilence();
        publisher.publish(topic, "after", 1);
        second.expectNothingFrom(publisher);
    }

    /// Also while the old connection is still there.
    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-4", "MQTT-3.1.4-3"})
    void cleanStartDiscardsALiveSession(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient first = lab.resume(v, id);
        first.subscribe(topic, 1);
        RawClient second = lab.open(v);
        assertFalse(second.connect(Connect.resuming(v, id).cleanStart(1)).sessionPresent());
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "after", 1);
        second.expectNothingFrom(publisher);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-5", "MQTT-3.1.2-6", "MQTT-3.1.4-4", "MQTT-3.2.2-3"})
    void withoutCleanStartTheSessionGoesOn(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient first = lab.open(v);
        assertFalse(first.connect(Connect.resuming(v, id)).sessionPresent(), "a new session");
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient second = lab.open(v);
        assertTrue(second.connect(Connect.resuming(v, id)).sessionPresent(), "a resumed session");
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "to the old subscription", 1);
        second.receive(topic, "to the old subscription");
    }

    /// A session that ended with its connection is no session to come back to.
    @EachVersionFrom311
    @Rule({"MQTT-3.2.2-3", "MQTT-3.1.2-6", "MQTT-4.1.0-2"})
    void aSessionWithoutExpiryEndsWithTheConnection(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient first = lab.client(Connect.as(v, id));
        first.subscribe(topic, 1);
        first.disconnect();
        RawClient second = lab.open(v);
        assertFalse(second.connect(Connect.resuming(v, id)).sessionPresent());
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "after", 1);
        second.expectNothingFrom(publisher);
    }

    @Test
    @Rule({"MQTT-3.2.2-6", "MQTT-3.2.2-7", "MQTT-3.2.2-8", "MQTT-4.13.2-1"})
    void aRefusalHasSessionPresent0AndCloses(Lab lab) {
        String id = lab.name();
        lab.resume(Version.V5, id).disconnect();
        RawClient c = lab.open(Version.V5);
        c.send(Connect.resuming(Version.V5, id).with(Prop.AUTH_METHOD.of("none")).bytes());
        Reply connack = c.expect(Wire.CONNACK);
        assertTrue(connack.reason() >= 0x80);
        assertFalse(connack.sessionPresent());
        c.expectClose();
        assertTrue(
                lab.open(Version.V5).connect(Connect.resuming(Version.V5, id)).sessionPresent(),
                "a refused CONNECT leaves the session alone");
    }

    @Test
    @Rule("MQTT-3.2.2-9")
    void noMaximumQoSIsAnnouncedAndQoS2Works(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.open(Version.V5);
        Reply connack = subscriber.connect(Connect.as(Version.V5, lab.name()));
        assertFalse(connack.has(Prop.MAXIMUM_QOS));
        subscriber.subscribe(topic, 2);
        lab.client(Version.V5).publish(topic, "at QoS 2", 2);
        assertEquals(2, subscriber.receive(topic, "at QoS 2").qos());
    }

    /// A broker of its own with lines of a configuration file.
    private static BrokerProcess with(String... lines) throws IOException {
        int port = BrokerProcess.freePort();
        List<String> all = new ArrayList<>();
        all.add("listener " + port + " 127.0.0.1");
        all.add("allow_anonymous true");
        all.addAll(List.of(lines));
        Path file = Files.createTempFile("hawker-it", ".conf");
        Files.write(file, all);
        return BrokerProcess.startOn(port, List.of("-c", file.toString()));
    }

    @Test
    @Rule({"MQTT-3.2.2-9", "MQTT-3.2.2-10"})
    void aMaximumQoSIsAnnouncedAndSubscriptionsOfEachAreAccepted() throws IOException {
        assumeFalse(BrokerProcess.isReference(), "the reference takes no options here");
        for (int maximum = 0; maximum < 2; maximum++) {
            try (BrokerProcess broker = with("max_qos " + maximum);
                    Lab own = new Lab(broker.port())) {
                String topic = own.topic();
                RawClient publisher = own.client(Version.V5);
                for (int qos = 0; qos <= 2; qos++) {
                    RawClient c = own.open(Version.V5);
                    Reply connack = c.connect(Connect.as(Version.V5, own.name()));
                    assertEquals(maximum, connack.prop(Prop.MAXIMUM_QOS).number());
                    c.send(Wire.subscribe(Version.V5, c.newPacketId(), topic, qos));
                    assertEquals(Math.min(qos, maximum), c.expect(Wire.SUBACK).reason());
                    String payload = "to QoS " + qos;
                    publisher.publish(topic, payload, maximum);
                    assertEquals(Math.min(qos, maximum), c.receive(topic, payload).qos());
                    c.disconnect();
                }
                publisher.send(Publish.to(topic).qos(maximum + 1).bytes(Version.V5, 1_000));
                publisher.expectClosedFor(0x9B);
            }
        }
    }

    @Test
    @Rule("MQTT-3.2.2-12")
    void aWillAboveTheMaximumQoSIsRefused() throws IOException {
        assumeFalse(BrokerProcess.isReference(), "the reference takes no options here");
        try (BrokerProcess broker = with("max_qos 1");
                Lab own = new Lab(broker.port())) {
            own.client(Connect.as(Version.V5, own.name()).will("t", "at QoS 1", 1));
            RawClient c = own.open(Version.V5);
            c.send(Connect.as(Version.V5, own.name()).will("t", "at QoS 2", 2).bytes());
            assertEquals(0x9B, c.expect(Wire.CONNACK).reason());
            c.expectClose();
        }
    }

    @Test
    @Rule("MQTT-3.2.2-13")
    void aRetainedWillIsRefusedWhereNothingIsRetained() throws IOException {
        assumeFalse(BrokerProcess.isReference(), "the reference takes no options here");
        try (BrokerProcess broker = with("retain_available false");
                Lab own = new Lab(broker.port())) {
            RawClient c = own.open(Version.V5);
            Reply connack =
                    c.connect(Connect.as(Version.V5, own.name()).will("t", "not retained", 1));
            assertEquals(0, connack.prop(Prop.RETAIN_AVAILABLE).number());
            RawClient refused = own.open(Version.V5);
            refused.send(
                    Connect.as(Version.V5, own.name())
                            .will("t", "retained", 1)
                            .willRetained()
                            .bytes());
            assertEquals(0x9A, refused.expect(Wire.CONNACK).reason());
            refused.expectClose();
            c.send(Publish.to("t").retain().bytes(Version.V5, 0));
            c.expectClosedFor(0x9A);
        }
    }

    @Test
    @Rule({"MQTT-3.2.2-19", "MQTT-3.2.2-20"})
    void aConnackKeepsToTheClientsMaximumPacketSize(Lab lab) {
        RawClient c = lab.open(Version.V5);
        c.send(
                Connect.as(Version.V5, lab.name())
                        .with(Prop.MAXIMUM_PACKET_SIZE.of(20), Prop.AUTH_METHOD.of("none"))
                        .bytes());
        Reply refusal = c.nextOrClose();
        if (refusal != null) {
            assertTrue(refusal.frame().length <= 20, refusal::toString);
            c.expectClose();
        }
    }

    @Test
    @Rule({"MQTT-4.12.0-6", "MQTT-3.1.2-28"})
    void whatWasNotAskedForIsNotAnnounced(Lab lab) {
        RawClient c = lab.open(Version.V5);
        Reply connack =
                c.connect(
                        Connect.as(Version.V5, lab.name()).with(Prop.REQUEST_RESPONSE_INFO.of(0)));
        assertFalse(connack.has(Prop.AUTH_METHOD), connack::toString);
        assertFalse(connack.has(Prop.AUTH_DATA), connack::toString);
        assertFalse(connack.has(Prop.RESPONSE_INFO), connack::toString);
        Reply byDefault = lab.open(Version.V5).connect(Connect.as(Version.V5, lab.name()));
        assertFalse(byDefault.has(Prop.RESPONSE_INFO), byDefault::toString);
    }

    @Test
    @Rule("MQTT-3.1.2-28")
    void whoAsksForResponseInformationGetsATopicOfItsOwn(Lab lab) {
        assumeFalse(BrokerProcess.isReference(), "the reference gives none");
        String name = lab.name();
        Reply connack =
                lab.open(Version.V5)
                        .connect(
                                Connect.as(Version.V5, name)
                                        .with(Prop.REQUEST_RESPONSE_INFO.of(1)));
        assertTrue(connack.has(Prop.RESPONSE_INFO), connack::toString);
    }

    /// The exact bytes, in Mosquitto's order, on which clients in the field may have come to rely.
    @Test
    void itsLimitsAreAnnounced(Lab lab) {
        assumeFalse(BrokerProcess.isReference(), "other versions of the reference announce less");
        RawClient c = lab.open(Version.V5);
        Reply connack = c.connect(Connect.as(Version.V5, lab.name()));
        byte[] expected = Wire.hex("20 0E 00 00 0B 22 00 0A 27 00 1E 84 80 21 00 14");
        assertArrayEquals(expected, connack.frame(), connack::toString);
    }

    @ParameterizedTest
    @EnumSource(names = {"V31", "V311"})
    void theConnackOfOldVersionsHasTwoBytes(Version v, Lab lab) {
        Reply connack = lab.open(v).connect(Connect.as(v, lab.name()));
        assertArrayEquals(Wire.hex("20 02 00 00"), connack.frame());
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void aPacketOverTheAnnouncedMaximumCloses(Lab lab) {
        assumeFalse(BrokerProcess.isReference(), "the reference has no limit");
        RawClient c = lab.client(Version.V5);
        // The length alone is enough to know; the rest of the packet need not come.
        c.send(Wire.bytes(0x30), Wire.variable(2_100_000), Wire.text(lab.topic()));
        c.expectClosedFor(0x95);
    }

    @Test
    void aPacketOfTheAnnouncedMaximumPasses(Lab lab) {
        assumeFalse(BrokerProcess.isReference(), "the reference has no limit");
        String topic = lab.topic();
        RawClient c = lab.client(Version.V5);
        int header = Publish.to(topic).qos(1).bytes(Version.V5, 1).length - 2;
        byte[] payload = new byte[2_000_000 - header - 4];
        assertEquals(
                2_000_000, Publish.to(topic).qos(1).payload(payload).bytes(Version.V5, 1).length);
        RawClient subscriber = lab.subscriber(Version.V311, topic, 0);
        c.publish(Publish.to(topic).qos(1).payload(payload));
        assertEquals(payload.length, subscriber.expect(Wire.PUBLISH).payload().length);
    }
}
