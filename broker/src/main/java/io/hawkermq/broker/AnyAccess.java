package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// For sessions that came back after a restart, of which is not known through which listener their
/// clients will come: what one listener would allow is kept for them. It is judged again, by the
/// right one, before it is delivered. Lets nobody connect.
record AnyAccess(List<? extends AccessControl> listeners) implements AccessControl {
    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        answer.accept(
                new Decision.Denied(
                        ReasonCode.NOT_AUTHORIZED, "the listener does not say who may connect"));
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return null;
    }

    @Override
    public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        return listeners.stream().anyMatch(l -> l.mayPublish(client, topic, qos));
    }

    @Override
    public boolean mayReceive(Principal client, TopicName topic) {
        return listeners.stream().anyMatch(l -> l.mayReceive(client, topic));
    }

    @Override
    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        return listeners.stream().anyMatch(l -> l.maySubscribe(client, filter, qos));
    }

    @Override
    public boolean mayUnsubscribe(Principal client, TopicFilter filter) {
        return listeners.stream().anyMatch(l -> l.mayUnsubscribe(client, filter));
    }

    /// Where the listener is gone, or its port not known, what one of the others would allow counts:
    /// a broker that has moved to another port keeps its retained messages.
    @Override
    public AccessControl ofListener(int port) {
        List<? extends AccessControl> its =
                listeners.stream().filter(l -> port != 0 && l.listenerPort() == port).toList();
        return its.isEmpty() ? this : its.size() == 1 ? its.getFirst() : new AnyAccess(its);
    }

    @Override
    public boolean mayReceiveAll(Principal client) {
        return false; // a reload may change each of them
    }
}
