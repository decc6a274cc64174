package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.TopicFilter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A SUBSCRIBE or UNSUBSCRIBE and the answer that somebody waits for. One that had no answer when
/// its connection ended is sent again on the next.
abstract sealed class Exchange {
    final Subscription subscription;

    Exchange(Subscription subscription) {
        this.subscription = subscription;
    }

    abstract Packet packet(int packetId);

    abstract void fail(MqttException exception);

    abstract boolean isGivenUp();

    static final class Subscribing extends Exchange {
        final CompletableFuture<Packet.Suback> answer = new CompletableFuture<>();

        Subscribing(Subscription subscription) {
            super(subscription);
        }

        @Override
        Packet packet(int packetId) {
            Subscribe request = subscription.request();
            return new Packet.Subscribe(packetId, request.entries(), request.properties());
        }

        @Override
        void fail(MqttException exception) {
            answer.completeExceptionally(exception);
        }

        @Override
        boolean isGivenUp() {
            return answer.isDone();
        }
    }

    static final class Unsubscribing extends Exchange {
        final CompletableFuture<Packet.Unsuback> answer = new CompletableFuture<>();
        private List<TopicFilter> filters;
        private final Properties properties;

        Unsubscribing(Subscription subscription, Properties properties) {
            super(subscription);
            this.filters =
                    subscription.request().entries().stream()
                            .map(Packet.Subscribe.Entry::filter)
                            .toList();
            this.properties = properties;
        }

        /// @return false if no Topic Filter is left
        boolean leaveOut(Collection<TopicFilter> kept) {
            filters = filters.stream().filter(f -> !kept.contains(f)).toList();
            return !filters.isEmpty();
        }

        @Override
        Packet packet(int packetId) {
            return new Packet.Unsubscribe(packetId, filters, properties);
        }

        @Override
        void fail(MqttException exception) {
            answer.completeExceptionally(exception);
        }

        @Override
        boolean isGivenUp() {
            return answer.isDone();
        }
    }
}
