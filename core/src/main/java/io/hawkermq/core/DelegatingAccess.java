package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Decides on some questions itself and leaves the others to another one.
public interface DelegatingAccess extends AccessControl {
    /// Who decides on what is not decided here.
    AccessControl rest();

    @Override
    default void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        rest().connect(connect, clientId, address, owner, answer);
    }

    @Override
    default @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return rest().begin(authenticationMethod, clientId, address);
    }

    @Override
    default boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        return rest().mayPublish(client, topic, qos);
    }

    @Override
    default boolean mayReceive(Principal client, TopicName topic) {
        return rest().mayReceive(client, topic);
    }

    @Override
    default boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        return rest().maySubscribe(client, filter, qos);
    }

    @Override
    default boolean mayUnsubscribe(Principal client, TopicFilter filter) {
        return rest().mayUnsubscribe(client, filter);
    }

    @Override
    default boolean mayReceiveAll(Principal client) {
        return rest().mayReceiveAll(client);
    }

    @Override
    default int listenerPort() {
        return rest().listenerPort();
    }

    @Override
    default AccessControl ofListener(int port) {
        return rest().ofListener(port);
    }
}
