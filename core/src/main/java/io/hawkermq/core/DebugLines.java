package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.ReasonCode;
import java.util.ArrayList;
import java.util.List;

/// The line of the debugging log for each packet that came or goes, in the form in which Mosquitto
/// writes it, as people and their scripts look for these. What else is in a packet is left out.
final class DebugLines {
    private DebugLines() {}

    static List<String> received(Packet packet, String clientId) {
        List<String> lines = new ArrayList<>();
        String line = "Received " + packet.type() + " from " + clientId;
        switch (packet) {
            case Packet.Puback p -> lines.add(line + ended(p.packetId(), p.reasonCode()));
            case Packet.Pubcomp p -> lines.add(line + ended(p.packetId(), p.reasonCode()));
            case Packet.Pubrec p -> lines.add(line + " (Mid: " + p.packetId() + ")");
            case Packet.Pubrel p -> lines.add(line + " (Mid: " + p.packetId() + ")");
            case Packet.Subscribe p -> {
                lines.add(line);
                for (Packet.Subscribe.Entry e : p.entries()) {
                    lines.add("\t" + e.filter() + " (QoS " + e.options().qos().level() + ")");
                }
            }
            case Packet.Unsubscribe p -> {
                lines.add(line);
                p.filters().forEach(f -> lines.add("\t" + f));
            }
            default -> lines.add(line);
        }
        return lines;
    }

    private static String ended(int packetId, ReasonCode reasonCode) {
        return " (Mid: " + packetId + ", RC:" + reasonCode.code() + ")";
    }

    static String sending(Packet packet, String clientId, ProtocolVersion version) {
        String line = "Sending " + packet.type() + " to " + clientId;
        return line
                + switch (packet) {
                    case Packet.Connack p ->
                            " ("
                                    + (p.sessionPresent() ? 1 : 0)
                                    + ", "
                                    + PacketEncoder.connackCode(p, version)
                                    + ")";
                    case Packet.Puback p -> acknowledging(p.packetId(), p.reasonCode().code());
                    case Packet.Pubrec p -> acknowledging(p.packetId(), p.reasonCode().code());
                    case Packet.Pubrel p -> " (m" + p.packetId() + ")";
                    case Packet.Pubcomp p -> " (m" + p.packetId() + ")";
                    case Packet.Disconnect p -> " (rc" + p.reasonCode().code() + ")";
                    default -> "";
                };
    }

    private static String acknowledging(int packetId, int reasonCode) {
        return " (m" + packetId + ", rc" + reasonCode + ")";
    }
}
