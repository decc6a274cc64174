package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ReasonCode;
import org.jspecify.annotations.Nullable;

/// What messages and subscriptions need of the client that they belong to.
interface Host {
    /// From the loop: a message has reached it.
    void publish(Outgoing outgoing);

    /// From the loop: a message's delivery is over; one of both is null.
    void finished(
            Outgoing outgoing, @Nullable PublishResult result, @Nullable MqttException exception);

    /// From any thread.
    void acknowledge(Inbound inbound, ReasonCode reasonCode, Properties properties);

    /// From the loop: a message waits in a subscription's buffer.
    void buffered(int bytes);

    /// From any thread: it was taken out.
    void unbuffered(long bytes);

    /// From any thread: unsubscribes and waits for it.
    void unsubscribe(Subscription subscription);

    /// From any thread: what a handler has thrown.
    void failed(Throwable thrown);

    /// From any thread.
    void trace(String text);
}
