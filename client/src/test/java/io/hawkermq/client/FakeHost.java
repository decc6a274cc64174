package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Everything around a [ClientSession] without a thread or a socket: what it sends is recorded.
final class FakeHost implements Host, ClientSession.Peer, Inbox.Delivery {
    final List<Packet> sent = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    final List<Outgoing> waitingAgain = new ArrayList<>();
    final List<IncomingMessage> unclaimed = new ArrayList<>();
    final ClientSession session;
    boolean isCongested;
    int dropped;
    int bufferedBytes;
    long largest = Long.MAX_VALUE;

    FakeHost() {
        this(0, 0);
    }

    FakeHost(int aliasLimit, int inboundAliases) {
        session = new ClientSession(this, aliasLimit, inboundAliases);
    }

    /// What was sent since the last call.
    List<Packet> takeSent() {
        List<Packet> taken = List.copyOf(sent);
        sent.clear();
        return taken;
    }

    Outgoing outgoing(String topic, QoS qos) {
        return new Outgoing(this, Message.to(topic).text("x").qos(qos).build(), false);
    }

    Outgoing publish(String topic, QoS qos) {
        Outgoing o = outgoing(topic, qos);
        session.publish(o);
        return o;
    }

    Subscription subscribe(Subscribe request) {
        Subscription s = new Subscription(this, request, false);
        session.subscribe(new Exchange.Subscribing(s));
        return s;
    }

    @Override
    public boolean send(Packet packet) {
        if (packet instanceof Packet.Publish p
                && "cannot be written".equals(p.properties().text(Property.CONTENT_TYPE))) {
            throw new IllegalArgumentException("as the encoder does");
        }
        if (packet instanceof Packet.Publish p && p.payload().length > largest) {
            return false;
        }
        sent.add(packet);
        return true;
    }

    @Override
    public boolean isCongested() {
        return isCongested;
    }

    @Override
    public void started(Outgoing outgoing, int packetId) {}

    @Override
    public void waitsAgain(Outgoing outgoing) {
        waitingAgain.add(outgoing);
    }

    @Override
    public void released(Outgoing outgoing) {}

    @Override
    public void unclaimed(IncomingMessage message) {
        unclaimed.add(message);
    }

    @Override
    public IncomingMessage message(
            TopicName topic, Packet.Publish publish, @Nullable Inbound inbound) {
        return new IncomingMessage(this, topic, publish, inbound);
    }

    @Override
    public void dropped(Subscription subscription) {
        dropped++;
    }

    @Override
    public void publish(Outgoing outgoing) {
        session.publish(outgoing);
    }

    @Override
    public void finished(
            Outgoing outgoing, @Nullable PublishResult result, @Nullable MqttException exception) {
        outgoing.settle(result, exception);
    }

    @Override
    public void acknowledge(Inbound inbound, ReasonCode reasonCode, Properties properties) {
        session.inbox().acknowledge(inbound, reasonCode, properties);
    }

    @Override
    public void buffered(int bytes) {
        bufferedBytes += bytes;
    }

    @Override
    public void unbuffered(long bytes) {
        bufferedBytes -= (int) bytes;
    }

    @Override
    public void unsubscribe(Subscription subscription) {
        session.unsubscribe(new Exchange.Unsubscribing(subscription, Properties.NONE));
    }

    @Override
    public void failed(Throwable thrown) {
        failures.add(thrown);
    }

    @Override
    public void trace(String text) {}
}
