package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// CONNECT: section 3.1, less wills, sessions and keep alive, which have classes of their own.
@ExtendWith(SharedBroker.class)
class ConnectTest {
    @EachVersion
    @Rule({"MQTT-3.1.4-5", "MQTT-3.2.0-1", "MQTT-3.2.2-1"})
    void aGoodConnectIsAnsweredByConnackFirst(Version v, Lab lab) {
        RawClient c = lab.open(v);
        // The PINGREQ is already there when the server decides about the CONNECT.
        c.send(Connect.as(v, lab.name()).bytes(), Wire.pingreq());
        Reply connack = c.expect(Wire.CONNACK);
        assertEquals(0, connack.reason());
        assertFalse(connack.sessionPresent());
        c.expect(Wire.PINGRESP);
    }

    @EachVersion
    @Rule({"MQTT-3.1.0-2", "MQTT-3.2.0-2"})
    void aSecondConnectClosesAndGetsNoSecondConnack(Version v, Lab lab) {
        String id = lab.name();
        RawClient c = lab.client(Connect.as(v, id));
        c.send(Connect.as(v, id).bytes());
        c.expectClosedFor(0x82);
    }

    @EachVersion
    @Rule("MQTT-4.13.1-1")
    void aFirstPacketOtherThanConnectCloses(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 0);
        RawClient c = lab.open(v);
        c.send(Publish.to(topic).payload("too early").bytes(v, 0));
        c.expectClose();
        observer.expectNothingFrom(lab.client(v));
    }

    @EachVersion
    @Rule({"MQTT-3.1.2-1", "MQTT-3.2.2-7"})
    void anotherProtocolNameIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(
                Wire.packet(
                        0x10,
                        Wire.text(v == Version.V31 ? "MQIsdq" : "MQTX"),
                        Wire.bytes(v.level(), 0x02, 0, 0),
                        Wire.props(v),
                        Wire.text(lab.name())));
        c.expectRefused(0x84, 0x01);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 6, 7, 100})
    @Rule({"MQTT-3.1.2-2", "MQTT-3.2.2-7"})
    void anUnknownProtocolVersionIsRefused(int level, Lab lab) {
        RawClient c = lab.open(Version.V5);
        c.send(
                Wire.packet(
                        0x10,
                        Wire.text("MQTT"),
                        Wire.bytes(level, 0x02, 0, 0),
                        Wire.props(Version.V5),
                        Wire.text(lab.name())));
        c.expectRefused(0x84, 0x01);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-3", "MQTT-3.1.4-1", "MQTT-3.14.0-1"})
    void theReservedConnectFlagIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).bytesWithFlags(0x03));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-16", "MQTT-3.1.4-1"})
    void aUserNameWithoutItsFlagIsRefused(Version v, Lab lab) {
        Connect connect = Connect.as(v, lab.name());
        RawClient c = lab.open(v);
        c.send(connect.bytes(0x02, Wire.join(Wire.text(lab.name()), Wire.text("user"))));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-17", "MQTT-3.1.4-1"})
    void theUserNameFlagWithoutAUserNameIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).bytesWithFlags(0x82));
        c.expectRefused(0x81, 0x82, 0x86);
    }

    /// Version 3.1 asks servers to accept this, for the sake of clients older than the fields.
    @Test
    void in31TheUserNameFlagWithoutAUserNameIsAccepted(Lab lab) {
        RawClient c = lab.open(Version.V31);
        c.send(Connect.as(Version.V31, lab.name()).bytesWithFlags(0x82));
        assertEquals(0, c.expect(Wire.CONNACK).reason());
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-18", "MQTT-3.1.4-1"})
    void aPasswordWithoutItsFlagIsRefused(Version v, Lab lab) {
        Connect connect =
                Connect.as(v, lab.name()).userName(Wire.utf8("u")).password(Wire.utf8("p"));
        byte[] payload = Wire.join(Wire.text(lab.name()), Wire.text("user"), Wire.text("password"));
        RawClient c = lab.open(v);
        c.send(connect.bytes(0x82, payload));
        c.expectRefused(0x81, 0x82);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.2-19", "MQTT-3.1.4-1"})
    void thePasswordFlagWithoutAPasswordIsRefused(Version v, Lab lab) {
        Connect connect = Connect.as(v, lab.name()).userName(Wire.utf8("user"));
        RawClient c = lab.open(v);
        c.send(connect.bytesWithFlags(0xC2));
        c.expectRefused(0x81, 0x82, 0x86);
    }

    /// Where anonymous clients are welcome, so is any user name.
    @EachVersion
    @Rule({"MQTT-3.1.2-17", "MQTT-3.1.2-19"})
    void aUserNameAndPasswordAreRead(Version v, Lab lab) {
        lab.client(
                Connect.as(v, lab.name())
                        .userName(Wire.utf8("user"))
                        .password(Wire.bytes(0, 0xFF, 0xC3, 0x28)));
    }

    /// Version 5 allows it, 3.1.1 did not.
    @Test
    void aPasswordWithoutAUserNameIsAccepted(Lab lab) {
        lab.client(Connect.as(Version.V5, lab.name()).password(Wire.bytes(1, 2, 3)));
    }

    @EachVersion
    @Rule({"MQTT-3.1.3-1", "MQTT-3.1.2-9"})
    void allPayloadFieldsAreReadInTheirOrder(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient observer = lab.subscriber(v, topic, 0);
        Connect connect =
                Connect.resuming(v, id)
                        .will(topic, "the will", 0)
                        .userName(Wire.utf8("user"))
                        .password(Wire.utf8("password"));
        RawClient c = lab.client(connect);
        c.subscribe(lab.topic(), 0);
        c.abort();
        observer.expectPublish(topic, "the will");
        if (v != Version.V31) {
            assertTrue(lab.open(v).connect(Connect.resuming(v, id)).sessionPresent(), "client id");
        }
    }

    @EachVersion
    @Rule({"MQTT-3.1.3-3", "MQTT-3.1.4-1"})
    void aConnectWithoutAClientIdIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, "").bytes(0x02, new byte[0]));
        c.expectRefused(0x81, 0x82, 0x85, 0x02);
    }

    @EachVersion
    @Rule({"MQTT-3.1.3-2", "MQTT-3.1.2-5"})
    void theClientIdIdentifiesTheSession(Version v, Lab lab) {
        String id = lab.name();
        String topic = lab.topic();
        RawClient a = lab.resume(v, id);
        a.subscribe(topic, 1);
        a.disconnect();
        RawClient other = lab.resume(v, lab.name());
        RawClient publisher = lab.client(v);
        publisher.publish(topic, "for the first", 1);
        other.expectSilence();
        lab.resume(v, id).receive(topic, "for the first");
    }

    @EachVersion
    @Rule("MQTT-3.1.3-5")
    void clientIdsOf1To23LettersAndDigitsAreAccepted(Version v, Lab lab) {
        for (String id :
                new String[] {
                    "Z",
                    "0123456789abcdefghijklm",
                    "nopqrstuvwxyzABCDEFGHIJ",
                    "KLMNOPQRSTUVWXYZ0123456"
                }) {
            lab.client(Connect.as(v, id)).disconnect();
        }
    }

    @Test
    @Rule({"MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16"})
    void anEmptyClientIdGetsAUniqueOneThatWorksAsIfGiven(Lab lab) {
        Connect anonymous = Connect.resuming(Version.V5, "").cleanStart(1);
        RawClient first = lab.open(Version.V5);
        String id1 = first.connect(anonymous).prop(Prop.ASSIGNED_CLIENT_ID).text();
        String id2 = lab.open(Version.V5).connect(anonymous).prop(Prop.ASSIGNED_CLIENT_ID).text();
        assertNotEquals(id1, id2);
        assertFalse(id1.isEmpty());
        first.expectSilence();
        first.subscribe(lab.topic(), 0);
        first.disconnect();
        Reply back = lab.open(Version.V5).connect(Connect.resuming(Version.V5, id1));
        assertTrue(back.sessionPresent(), "session of the assigned client id");
        assertFalse(back.has(Prop.ASSIGNED_CLIENT_ID));
    }

    @Test
    @Rule("MQTT-3.1.3-6")
    void in311AnEmptyClientIdIsAcceptedWithCleanSession(Lab lab) {
        lab.client(Connect.as(Version.V311, "")).expectSilence();
        lab.client(Connect.as(Version.V311, "")).expectSilence();
    }

    /// The only client ids that are refused: empty ones that ask to be remembered (3.1.1), or at
    /// all (3.1). Version 5 has no such case.
    @Test
    @Rule({"MQTT-3.1.3-8", "MQTT-3.2.2-7"})
    void anEmptyClientIdWithoutCleanSessionIsRejected(Lab lab) {
        RawClient c = lab.open(Version.V311);
        c.send(Connect.as(Version.V311, "").cleanStart(0).bytes());
        assertEquals(2, c.expect(Wire.CONNACK).reason());
        c.expectClose();
    }

    @EachVersion
    @Rule({"MQTT-3.1.4-3", "MQTT-3.1.2-8"})
    void aTakeoverClosesTheOldConnection(Version v, Lab lab) {
        String id = lab.name();
        String willTopic = lab.topic();
        RawClient observer = lab.subscriber(v, willTopic, 0);
        RawClient old = lab.client(Connect.as(v, id).will(willTopic, "taken over", 0));
        RawClient next = lab.client(Connect.as(v, id));
        if (v.is5()) {
            old.expectDisconnect(0x8E);
        } else {
            old.expectClose();
        }
        next.expectSilence();
        observer.expectPublish(willTopic, "taken over");
    }

    @Test
    @Rule("MQTT-3.1.4-3")
    void aTakeoverWorksAcrossVersions(Lab lab) {
        String id = lab.name();
        RawClient old = lab.client(Connect.as(Version.V5, id));
        RawClient next = lab.client(Connect.as(Version.V311, id));
        old.expectDisconnect(0x8E);
        RawClient last = lab.client(Connect.as(Version.V5, id));
        next.expectClose();
        last.expectSilence();
    }

    @EachVersion
    @Rule({"MQTT-3.1.4-6", "MQTT-3.2.2-7"})
    void nothingIsProcessedAfterARefusedConnect(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 0);
        RawClient c = lab.open(Version.V5);
        byte[] refused =
                Wire.packet(
                        0x10,
                        Wire.text("MQTT"),
                        Wire.bytes(9, 0x02, 0, 0),
                        Wire.props(Version.V5),
                        Wire.text(lab.name()));
        c.send(refused, Publish.to(topic).payload("smuggled").bytes(v, 0));
        c.expectRefused(0x84, 0x01);
        observer.expectNothingFrom(lab.client(v));
    }

    @Test
    @Rule({"MQTT-3.1.4-2", "MQTT-4.12.0-1", "MQTT-3.14.0-1"})
    void anUnknownAuthenticationMethodIsRefused(Lab lab) {
        RawClient c = lab.open(Version.V5);
        c.send(
                Connect.as(Version.V5, lab.name())
                        .with(Prop.AUTH_METHOD.of("no-such-method"), Prop.AUTH_DATA.of("data"))
                        .bytes());
        c.expectRefused(0x8C, 0x87);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.3-4", "MQTT-1.5.4-1"})
    void anIllFormedClientIdIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, "").bytes(0x02, Wire.binary(Wire.bytes('a', 0xC3, 0x28))));
        c.expectRefused(0x81, 0x82, 0x85, 0x02);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.3-12", "MQTT-1.5.4-1"})
    void anIllFormedUserNameIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).userName(Wire.bytes('a', 0xED, 0xA0, 0x80)).bytes());
        c.expectRefused(0x81, 0x82, 0x86);
    }

    @EachVersionFrom311
    @Rule({"MQTT-3.1.3-11", "MQTT-1.5.4-1"})
    void anIllFormedWillTopicIsRefused(Version v, Lab lab) {
        RawClient c = lab.open(v);
        c.send(Connect.as(v, lab.name()).willTopicBytes(Wire.bytes('a', 0xFF)).bytes());
        c.expectRefused(0x81, 0x82, 0x90);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "02 21 00", // Receive Maximum without its second byte
                "03 21 00 00", // Receive Maximum 0
                "06 21 00 05 21 00 05", // Receive Maximum twice
                "05 27 00 00 00 00", // Maximum Packet Size 0
                "02 17 02", // Request Problem Information 2
                "02 19 02", // Request Response Information 2
                "02 7E 00", // no such property
                "03 23 00 01", // Topic Alias, which belongs to PUBLISH
                "04 16 00 01 41", // Authentication Data without a method
                "0A 11 00 00 00 01 11 00 00 00 02", // Session Expiry Interval twice
                "FF FF FF FF 01", // a length of more than four bytes
                "7F 21 00 05" // a length beyond the packet
            })
    @Rule({"MQTT-3.1.4-1", "MQTT-4.13.1-1", "MQTT-3.14.0-1"})
    void badPropertiesAreRefused(String properties, Lab lab) {
        RawClient c = lab.open(Version.V5);
        c.send(
                Wire.packet(
                        0x10,
                        Wire.text("MQTT"),
                        Wire.bytes(5, 0x02, 0, 0),
                        Wire.hex(properties),
                        Wire.text(lab.name())));
        c.expectRefused(0x81, 0x82);
    }
}
