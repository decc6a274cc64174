package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.BrokerProcess;
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
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// DISCONNECT: sections 3.14 and 4.13.
@ExtendWith(SharedBroker.class)
class DisconnectTest {
    @EachVersion
    @Rule({"MQTT-3.14.4-1", "MQTT-3.14.4-2"})
    void theServerClosesAfterDisconnectAndSendsNothingMore(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(v, topic, 0);
        RawClient observer = lab.subscriber(v, topic, 0);
        // What follows DISCONNECT on the wire is not processed.
        c.send(Wire.disconnect(), Publish.to(topic).payload("late").bytes(v, 0), Wire.pingreq());
        c.expectClose();
        observer.expectNothingFrom(lab.client(v));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8, 15})
    @Rule({"MQTT-3.14.1-1", "MQTT-4.13.2-1", "MQTT-3.14.4-2"})
    void reservedFlagsAreAnsweredWithMalformedPacket(int flags, Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Wire.bytes(0xE0 | flags, 0));
        c.expectDisconnect(0x81);
    }

    @Test
    @Rule("MQTT-3.14.1-1")
    void in311ReservedFlagsClose(Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V311, topic, 0);
        RawClient c = lab.client(Connect.as(Version.V311, lab.name()).will(topic, "bad end", 0));
        c.send(Wire.bytes(0xE1, 0));
        c.expectClose();
        // It was no DISCONNECT: the will is published.
        observer.expectPublish(topic, "bad end");
    }

    /// DISCONNECT with a code that clients do not have is an error, and no normal end.
    @ParameterizedTest
    @ValueSource(ints = {0x01, 0x18, 0x84, 0xFF})
    @Rule({"MQTT-3.14.2-1", "MQTT-4.13.1-1"})
    void unlistedReasonCodesClose(int code, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 0);
        RawClient c = lab.client(Connect.as(Version.V5, lab.name()).will(topic, "bad end", 0));
        c.send(Wire.disconnect(code));
        c.expectClosedFor(0x81, 0x82);
        observer.expectPublish(topic, "bad end");
    }

    @Test
    @Rule({"MQTT-3.14.2-1", "MQTT-3.14.2-2", "MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-4.13.2-1"})
    void theServersDisconnectIsItsLastWord(Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, topic, 0);
        RawClient publisher = lab.client(Version.V5);
        c.send(Wire.hex("C1 00"), Wire.pingreq());
        publisher.publish(topic, "late", 0);
        Reply r = c.nextOrClose();
        if (r != null && r.type() == Wire.PUBLISH) {
            // It was on its way before the server read our mistake.
            r = c.nextOrClose();
        }
        if (r != null) {
            assertEquals(Wire.DISCONNECT, r.type(), r::toString);
            assertTrue(Set.of(0x81, 0x82).contains(r.reason()), r::toString);
            assertFalse(r.has(Prop.SESSION_EXPIRY));
            c.expectClose();
        }
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void aServersReasonIsToldWhereTheConnectionStands(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Publish.to("a/+").bytes(Version.V5, 0));
        Reply r = c.expect(Wire.DISCONNECT);
        assertTrue(Set.of(0x81, 0x82, 0x90).contains(r.reason()), r::toString);
        c.expectClose();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "E0 04 00 02 21 00", // a property that belongs elsewhere, cut off
                "E0 05 00 03 21 00 05", // a property that belongs elsewhere
                "E0 0C 00 0A 11 00 00 00 01 11 00 00 00 01", // a property twice
                "E0 02 00 05", // a length beyond the packet
                "E0 03 00 00 00" // bytes after the end
            })
    @Rule("MQTT-4.13.1-1")
    void badPropertiesMakeItNoNormalEnd(String packet, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 0);
        RawClient c = lab.client(Connect.as(Version.V5, lab.name()).will(topic, "bad end", 0));
        c.send(Wire.hex(packet));
        c.expectClosedFor(0x81, 0x82);
        observer.expectPublish(topic, "bad end");
    }

    /// SIGTERM tells version 5 why, and ends the process with status 0.
    @Test
    @Rule({"MQTT-3.14.2-1", "MQTT-3.14.4-2"})
    void theEndOfTheServerClosesEveryConnection(Lab lab) {
        try (BrokerProcess broker = BrokerProcess.start();
                Lab own = new Lab(broker.port())) {
            RawClient c5 = own.client(Version.V5);
            RawClient c311 = own.client(Version.V311);
            RawClient idle = own.open(Version.V5);
            broker.stop();
            c5.expectClosedFor(0x8B);
            c311.expectClose();
            idle.expectClose();
        }
    }
}
