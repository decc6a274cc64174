package io.hawkermq.protocol;

/// The bytes of a packet break the specification. Holds the [ReasonCode] that the specification
/// names for it and a text that a person understands; the connection must be closed
/// [MQTT-4.13.1-1]. Has no stack trace: it says something about the peer, not about this program.
public final class MalformedPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ReasonCode reasonCode;
    private final boolean isAnswered;

    public MalformedPacketException(ReasonCode reasonCode, String message) {
        this(reasonCode, message, true);
    }

    private MalformedPacketException(ReasonCode reasonCode, String message, boolean isAnswered) {
        super(message, null, false, false);
        this.reasonCode = reasonCode;
        this.isAnswered = isAnswered;
    }

    /// MALFORMED_PACKET with `message`.
    public MalformedPacketException(String message) {
        this(ReasonCode.MALFORMED_PACKET, message);
    }

    /// The same, but the peer is not told: see [#isAnswered].
    MalformedPacketException unanswered() {
        return new MalformedPacketException(reasonCode, reason(), false);
    }

    /// False for what Mosquitto closes at without a CONNACK or DISCONNECT, as [MQTT-3.1.4-1] and
    /// [MQTT-4.13.1-1] allow.
    public boolean isAnswered() {
        return isAnswered;
    }

    /// An error code, never below 0x80.
    public ReasonCode reasonCode() {
        return reasonCode;
    }

    /// The message, which is never null here.
    public String reason() {
        return java.util.Objects.requireNonNullElse(getMessage(), reasonCode.text());
    }
}
