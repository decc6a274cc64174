package io.hawkermq.core.scenario;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Packets from the server as scenarios write them.
final class PacketText {
    private PacketText() {}

    static String of(Packet packet) {
        return switch (packet) {
            case Packet.Connack p ->
                    "CONNACK"
                            + (p.sessionPresent() ? " present" : "")
                            + code(p.reasonCode())
                            + expiryInterval(p.properties());
            case Packet.Publish p -> publish(p);
            case Packet.Puback p -> "PUBACK " + p.packetId() + code(p.reasonCode());
            case Packet.Pubrec p -> "PUBREC " + p.packetId() + code(p.reasonCode());
            case Packet.Pubrel p -> "PUBREL " + p.packetId() + code(p.reasonCode());
            case Packet.Pubcomp p -> "PUBCOMP " + p.packetId() + code(p.reasonCode());
            case Packet.Suback p -> "SUBACK " + p.packetId() + codes(p.reasonCodes());
            case Packet.Unsuback p -> "UNSUBACK " + p.packetId() + codes(p.reasonCodes());
            case Packet.Disconnect p -> "DISCONNECT" + code(p.reasonCode());
            default -> packet.type().name();
        };
    }

    private static String publish(Packet.Publish p) {
        return "PUBLISH q"
                + p.qos().level()
                + (p.packetId() == 0 ? "" : " " + p.packetId())
                + (p.dup() ? " dup" : "")
                + (p.retain() ? " retain" : "")
                + " "
                + (p.topic() == null ? "-" : p.topic())
                + " '"
                + new String(p.payload(), StandardCharsets.UTF_8)
                + "'"
                + properties(p.properties());
    }

    private static String properties(Properties properties) {
        StringBuilder all = new StringBuilder();
        properties.forEach((property, value) ->
                all.append(' ')
                        .append(property.name().toLowerCase(Locale.ROOT))
                        .append('=')
                        .append(
                                value instanceof byte[] b
                                        ? new String(b, StandardCharsets.UTF_8)
                                        : value));
        return all.toString();
    }

    private static String expiryInterval(Properties properties) {
        long seconds = properties.number(Property.SESSION_EXPIRY_INTERVAL, -1);
        return seconds < 0 ? "" : " expiry=" + seconds;
    }

    private static String code(ReasonCode code) {
        return code == ReasonCode.SUCCESS ? "" : " " + code;
    }

    private static String codes(List<ReasonCode> codes) {
        return codes.stream()
                .map(c -> " " + Integer.toHexString(c.code()))
                .collect(Collectors.joining());
    }
}
