package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.List;

/// A connection of a client of 5.0 that resumes its session. That it subscribes with a Subscription
/// Identifier makes packets of what it gets.
final class ResumingClient implements NoNetwork {
    static final String CLIENT_ID = "c";

    final Connection connection;
    final List<Packet.Publish> got = new ArrayList<>();

    ResumingClient(Shard shard) {
        connection = new Connection(shard, this, "test");
        connection.onPacket(
                new Packet.Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        false,
                        0,
                        CLIENT_ID,
                        null,
                        null,
                        null,
                        Properties.of(Property.SESSION_EXPIRY_INTERVAL, 3_600)));
    }

    /// Its session as it is stored while it is connected.
    static StoredSession stored(long number) {
        return new StoredSession(
                number,
                CLIENT_ID,
                null,
                "test",
                3_600,
                StoredSession.CONNECTED,
                null,
                Long.MAX_VALUE);
    }

    void subscribe(String filter) {
        connection.onPacket(
                new Packet.Subscribe(
                        1,
                        List.of(
                                new Packet.Subscribe.Entry(
                                        TopicFilter.of(filter),
                                        SubscriptionOptions.of(QoS.AT_LEAST_ONCE))),
                        Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 7)));
    }

    void goes() {
        connection.onClosed("the network broke");
    }

    @Override
    public boolean send(Packet packet) {
        if (packet instanceof Packet.Publish p) {
            got.add(p);
        }
        return true;
    }

    @Override
    public boolean publish(PublishTemplates.Template template, int packetId) {
        throw new AssertionError("without a Subscription Identifier");
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void close() {}
}
