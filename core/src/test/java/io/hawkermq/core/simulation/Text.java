package io.hawkermq.core.simulation;

import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredPage;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Packets as one short line.
final class Text {
    private Text() {}

    static String of(Packet packet) {
        return switch (packet) {
            case Packet.Publish p ->
                    "PUBLISH "
                            + (p.packetId() == 0 ? "" : "m" + p.packetId() + " ")
                            + "q"
                            + p.qos().level()
                            + (p.dup() ? " dup" : "")
                            + (p.retain() ? " retain" : "")
                            + " "
                            + p.topic()
                            + " '"
                            + head(p.payload())
                            + "' "
                            + p.properties();
            case Packet.Connect p ->
                    "CONNECT "
                            + p.version()
                            + (p.cleanStart() ? " clean" : "")
                            + " keepAlive="
                            + p.keepAlive()
                            + (p.will() == null ? "" : " will=" + head(p.will().payload()))
                            + " "
                            + p.properties();
            case Packet.Subscribe p ->
                    "SUBSCRIBE m"
                            + p.packetId()
                            + " "
                            + p.entries().stream()
                                    .map(e -> e.filter() + ":" + e.options().toByte())
                                    .toList()
                            + " "
                            + p.properties();
            case Packet.Connack p -> "CONNACK " + p.sessionPresent() + " " + p.reasonCode();
            case Packet.Puback p -> "PUBACK m" + p.packetId() + " " + p.reasonCode();
            case Packet.Pubrec p -> "PUBREC m" + p.packetId() + " " + p.reasonCode();
            case Packet.Pubrel p -> "PUBREL m" + p.packetId() + " " + p.reasonCode();
            case Packet.Pubcomp p -> "PUBCOMP m" + p.packetId() + " " + p.reasonCode();
            case Packet.Suback p -> "SUBACK m" + p.packetId() + " " + p.reasonCodes();
            case Packet.Unsubscribe p -> "UNSUBSCRIBE m" + p.packetId() + " " + p.filters();
            case Packet.Unsuback p -> "UNSUBACK m" + p.packetId();
            case Packet.Disconnect p -> "DISCONNECT " + p.reasonCode() + " " + p.properties();
            default -> packet.type().name();
        };
    }

    /// Changes, in one line.
    static String of(List<StoreChange> changes) {
        return changes.stream().map(Text::of).toList().toString();
    }

    private static String of(StoredSubscription s) {
        return s.session() + " " + s.filter() + " " + s.retained();
    }

    private static String of(StoreChange change) {
        String name = change.getClass().getSimpleName();
        return switch (change) {
            case StoreChange.PutSession c -> name + " " + c.session().clientId();
            case StoreChange.RemoveSession c -> name + " " + c.clientId();
            case StoreChange.PutSubscription c -> name + " " + of(c.subscription());
            case StoreChange.SettleSubscription c -> name + " " + of(c.subscription());
            case StoreChange.RemoveSubscription c -> name + " " + c.session() + " " + c.filter();
            case StoreChange.PutDelivery c -> name + " " + of(c.delivery());
            case StoreChange.BeginDelivery c -> name + " " + of(c.delivery()) + " m" + c.packetId();
            case StoreChange.ReleaseDelivery c ->
                    name + " " + of(c.delivery()) + " m" + c.packetId();
            case StoreChange.RemoveDelivery c -> name + " " + of(c.delivery());
            case StoreChange.RemoveReleased c -> name + " " + c.session() + " m" + c.packetId();
            case StoreChange.PutReceived c -> name + " " + c.session() + " m" + c.packetId();
            case StoreChange.RemoveReceived c -> name + " " + c.session() + " m" + c.packetId();
            case StoreChange.PutRetained c -> name + " '" + head(c.message().payload()) + "'";
            case StoreChange.RemoveRetained c -> name + " " + c.topic();
            case StoreChange.PutForward c -> name + " " + c.forward().number();
            case StoreChange.RemoveForward c -> name + " " + c.forward().number();
        };
    }

    static String of(StoredPage page) {
        return page.ticket()
                + " with "
                + page.deliveries().stream().map(Text::of).toList()
                + " through "
                + page.through();
    }

    private static String of(StoredDelivery d) {
        return d.session()
                + "/"
                + d.sequence()
                + " '"
                + head(d.message().message().payload())
                + "'";
    }

    /// An encoded PUBLISH.
    static String ofPublish(byte[] bytes, int length, ProtocolVersion version) {
        int pos = 1;
        while (bytes[pos++] < 0) {}
        int topicLength = (bytes[pos] & 0xFF) << 8 | (bytes[pos + 1] & 0xFF);
        String topic = new String(bytes, pos + 2, topicLength, StandardCharsets.UTF_8);
        int qos = bytes[0] >> 1 & 3;
        pos += 2 + topicLength + (qos == 0 ? 0 : 2);
        if (version.isMqtt5()) {
            pos += 1 + bytes[pos]; // shorter than 128 bytes here
        }
        byte[] payload = Arrays.copyOfRange(bytes, pos, length);
        return "q"
                + qos
                + ((bytes[0] & 1) == 0 ? " " : " retain ")
                + topic
                + " '"
                + head(payload)
                + "'";
    }

    /// The part of a payload that tells messages apart.
    static String head(byte[] payload) {
        int length = 0;
        while (length < payload.length && payload[length] != ';') {
            length++;
        }
        return new String(payload, 0, length, StandardCharsets.UTF_8);
    }
}
