package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// [AccessControl#anonymous].
final class Anonymous implements AccessControl {
    static final Anonymous INSTANCE = new Anonymous();

    private Anonymous() {}

    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        answer.accept(new Decision.Allowed(connect.userName()));
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return null;
    }

    @Override
    public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        return true;
    }

    @Override
    public boolean mayReceive(Principal client, TopicName topic) {
        return true;
    }

    @Override
    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        return true;
    }

    @Override
    public boolean mayReceiveAll(Principal client) {
        return true;
    }
}
