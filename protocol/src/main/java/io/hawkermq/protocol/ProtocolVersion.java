package io.hawkermq.protocol;

/// The protocol versions that a CONNECT can ask for, with the Protocol Name that belongs to each.
public enum ProtocolVersion {
    MQTT_3_1(3, "MQIsdp"),
    MQTT_3_1_1(4, "MQTT"),
    MQTT_5(5, "MQTT");

    private final int level;
    private final String protocolName;

    ProtocolVersion(int level, String protocolName) {
        this.level = level;
        this.protocolName = protocolName;
    }

    /// The Protocol Version byte of CONNECT: 3, 4 or 5.
    public int level() {
        return level;
    }

    /// The Protocol Name of CONNECT.
    public String protocolName() {
        return protocolName;
    }

    /// True for the version whose packets carry properties and Reason Codes.
    public boolean isMqtt5() {
        return this == MQTT_5;
    }
}
