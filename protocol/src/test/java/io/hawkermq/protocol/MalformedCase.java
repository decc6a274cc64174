package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

/// A packet that breaks a rule, and how it is refused.
///
/// @param rule the rule's number or section, and what is wrong
/// @param version of the connection
/// @param says what the message must name, for the person who reads it
record MalformedCase(
        String rule, ProtocolVersion version, ReasonCode code, String bytes, String says) {
    @Override
    public String toString() {
        return version + " " + rule;
    }

    static MalformedCase v5(String rule, ReasonCode code, String bytes, String says) {
        return new MalformedCase(rule, ProtocolVersion.MQTT_5, code, bytes, says);
    }

    static MalformedCase v3(String rule, String bytes, String says) {
        return new MalformedCase(
                rule, ProtocolVersion.MQTT_3_1_1, ReasonCode.MALFORMED_PACKET, bytes, says);
    }

    /// Shows that `decoder` refuses it, and everything after it.
    void check(PacketDecoder decoder) {
        byte[] sent = Bytes.hex(bytes);
        MalformedPacketException e =
                assertThrows(MalformedPacketException.class, () -> Bytes.all(decoder, sent), rule);
        assertEquals(code, e.reasonCode(), e.reason());
        assertTrue(e.reason().contains(says), e.reason());
        assertFalse(e.reason().chars().anyMatch(Character::isISOControl), e.reason());
        assertEquals(0, decoder.bufferCapacity(), "a failed decoder holds nothing");
        // Whatever comes then, the connection is lost.
        decoder.feed(Bytes.hex("C0 00"), 0, 2);
        assertSame(e, assertThrows(MalformedPacketException.class, decoder::next));
    }
}
