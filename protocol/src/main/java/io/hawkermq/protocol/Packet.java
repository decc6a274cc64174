package io.hawkermq.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An MQTT Control Packet: one record for each of the fifteen, the same for all versions.
/// What a version does not have is absent: [Properties#NONE], [ReasonCode#SUCCESS].
public sealed interface Packet {
    PacketType type();

    /// Those of the packet; [Properties#NONE] where packets of its type have none.
    default Properties properties() {
        return Properties.NONE;
    }

    /// CONNECT.
    ///
    /// @param keepAlive seconds, 0 to 65,535; 0 means off
    /// @param clientId the Client Identifier; empty asks the server to assign one
    /// @param isBridge true if the version byte had its highest bit set, as Mosquitto's bridges do
    record Connect(
            ProtocolVersion version,
            boolean isBridge,
            boolean cleanStart,
            int keepAlive,
            String clientId,
            @Nullable Will will,
            @Nullable String userName,
            byte @Nullable [] password,
            Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNECT;
        }

        /// The same from somebody of another name, or of none.
        public Connect withUserName(@Nullable String other) {
            return new Connect(
                    version,
                    isBridge,
                    cleanStart,
                    keepAlive,
                    clientId,
                    will,
                    other,
                    password,
                    properties);
        }
    }

    /// CONNACK.
    ///
    /// @param reasonCode the codec maps it to and from the six return codes of 3.1 and 3.1.1
    record Connack(boolean sessionPresent, ReasonCode reasonCode, Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.CONNACK;
        }
    }

    /// PUBLISH.
    ///
    /// @param topic null if the Topic Name was empty and a Topic Alias stands for it
    /// @param packetId 1 to 65,535; 0 at QoS 0
    /// @param payload not a copy of what the caller gave; the decoder gives a fresh array
    record Publish(
            boolean dup,
            QoS qos,
            boolean retain,
            @Nullable TopicName topic,
            int packetId,
            Properties properties,
            byte[] payload)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBLISH;
        }
    }

    /// PUBACK.
    record Puback(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBACK;
        }
    }

    /// PUBREC.
    record Pubrec(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBREC;
        }
    }

    /// PUBREL.
    record Pubrel(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBREL;
        }
    }

    /// PUBCOMP.
    record Pubcomp(int packetId, ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PUBCOMP;
        }
    }

    /// SUBSCRIBE with at least one entry [MQTT-3.8.3-2].
    record Subscribe(int packetId, List<Entry> entries, Properties properties) implements Packet {
        /// A Topic Filter and its options.
        public record Entry(TopicFilter filter, SubscriptionOptions options) {}

        @Override
        public PacketType type() {
            return PacketType.SUBSCRIBE;
        }
    }

    /// SUBACK: a code for each entry, in order [MQTT-3.9.3-1]. Decoded from a server that leaves them
    /// all out, none.
    record Suback(int packetId, List<ReasonCode> reasonCodes, Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.SUBACK;
        }
    }

    /// UNSUBSCRIBE with at least one Topic Filter [MQTT-3.10.3-2].
    record Unsubscribe(int packetId, List<TopicFilter> filters, Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.UNSUBSCRIBE;
        }
    }

    /// UNSUBACK: a code for each filter in order; 3.1 and 3.1.1 do not transmit them.
    record Unsuback(int packetId, List<ReasonCode> reasonCodes, Properties properties)
            implements Packet {
        @Override
        public PacketType type() {
            return PacketType.UNSUBACK;
        }
    }

    /// PINGREQ.
    record Pingreq() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGREQ;
        }
    }

    /// PINGRESP.
    record Pingresp() implements Packet {
        @Override
        public PacketType type() {
            return PacketType.PINGRESP;
        }
    }

    /// DISCONNECT.
    record Disconnect(ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.DISCONNECT;
        }
    }

    /// AUTH; 5.0 only.
    record Auth(ReasonCode reasonCode, Properties properties) implements Packet {
        @Override
        public PacketType type() {
            return PacketType.AUTH;
        }
    }
}
