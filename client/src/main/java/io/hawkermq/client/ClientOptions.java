package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.Will;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a [MqttClientBuilder] has collected.
///
/// @param keepAlive seconds
/// @param mostRedirections followed in a row; 0 for none
/// @param properties of CONNECT, without those of authentication
record ClientOptions(
        ServerAddress server,
        ProtocolVersion version,
        boolean isBridge,
        String clientId,
        boolean cleanStart,
        int keepAlive,
        @Nullable Will will,
        Credentials.@Nullable Source credentials,
        Authenticator.@Nullable Source authenticator,
        Properties properties,
        Duration connectTimeout,
        Duration operationTimeout,
        Reconnect reconnect,
        int mostRedirections,
        Offline offline,
        int mostMessages,
        long mostBytes,
        long mostBuffered,
        int outboundAliases,
        Consumer<State> stateListener,
        Consumer<Exception> errorHandler,
        Consumer<IncomingMessage> unclaimedHandler,
        Transport transport,
        @Nullable Outbox outbox,
        @Nullable ClientGroup group) {
    /// What becomes of messages that are published while there is no connection.
    enum Offline {
        BUFFERED,
        REFUSED
    }

    /// Bytes of a packet that this client takes.
    int maximumPacketSize() {
        return (int) properties.number(Property.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE);
    }

    int inboundAliases() {
        return (int) properties.number(Property.TOPIC_ALIAS_MAXIMUM, 0);
    }

    /// True if the server keeps the session when the network connection ends.
    boolean isSessionKept() {
        return version.isMqtt5()
                ? properties.number(Property.SESSION_EXPIRY_INTERVAL, 0) > 0
                : !cleanStart;
    }
}
