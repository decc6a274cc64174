package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// SUBSCRIBE and UNSUBSCRIBE of one connection, sections 3.8 and 3.10: one answer for each packet
/// with a Reason Code for each Topic Filter, in their order [MQTT-3.8.4-5] [MQTT-3.8.4-6].
final class Subscribing {
    private final Connection connection;
    private final Session session;
    private final Shard shard;

    Subscribing(Connection connection, Session session, Shard shard) {
        this.connection = connection;
        this.session = session;
        this.shard = shard;
    }

    void subscribe(Packet.Subscribe packet) {
        for (Packet.Subscribe.Entry entry : packet.entries()) {
            if (isTooDeep(entry.filter())) {
                connection.refuse(
                        ReasonCode.MALFORMED_PACKET, "a Topic Filter has too many levels");
                return;
            }
        }
        int identifier = (int) packet.properties().number(Property.SUBSCRIPTION_IDENTIFIER, 0);
        List<ReasonCode> results = new ArrayList<>(packet.entries().size());
        List<Subscription> toStream = new ArrayList<>();
        String refused = null;
        for (Packet.Subscribe.Entry entry : packet.entries()) {
            TopicFilter filter = mounted(entry.filter());
            if (filter == null) {
                results.add(ReasonCode.TOPIC_FILTER_INVALID);
                refused = "the Topic Filter is too long";
                continue;
            }
            SubscriptionOptions options = atMost(connection.terms().maximumQos(), entry.options());
            if (connection.isBridge()) {
                options = asBridge(options);
            }
            ReasonCode result = check(filter, options);
            results.add(result);
            if (result.isError()) {
                refused = refusal(result, filter);
                continue;
            }
            Subscription subscription =
                    new Subscription(
                            session, filter, options, identifier, retained(filter, options));
            session.subscribe(subscription);
            if (subscription.isOwedRetained() && !session.outgoing().isStreaming(subscription)) {
                toStream.add(subscription);
                session.outgoing().expectStream(subscription);
            }
            if (shard.log().isEnabled(LogLevel.SUBSCRIBE)) {
                shard.log().log(
                        LogLevel.SUBSCRIBE,
                        session.clientId() + " " + options.qos().level() + " " + filter);
            }
        }
        String why = refused;
        // Everybody who publishes must know of the subscription before the client may rely on it.
        shard.peers()
                .whenNoted(() -> {
                    try {
                        confirm(packet.packetId(), results, why, toStream);
                    } catch (RuntimeException e) {
                        connection.failed(e); // it is another shard's message that is acted upon
                    }
                });
    }

    /// The connection may be gone meanwhile and its session not, and a subscription may have been
    /// removed or replaced.
    private void confirm(
            int packetId,
            List<ReasonCode> results,
            @Nullable String why,
            List<Subscription> toStream) {
        if (connection.isConnected()) {
            Properties properties = why == null ? Properties.NONE : connection.reason(why);
            session.acknowledge(connection, new Packet.Suback(packetId, results, properties));
        }
        for (Subscription s : toStream) {
            if (session.subscriptions().isInForce(s)) {
                session.outgoing().stream(s);
            } else {
                session.outgoing().stopStream(s);
            }
        }
    }

    private ReasonCode check(TopicFilter filter, SubscriptionOptions options) {
        if (isFull(filter) && !session.subscriptions().contains(filter)) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        if (!session.access().maySubscribe(session.principal(), filter, options.qos())) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        return session.refusesSubscriptions()
                ? ReasonCode.QUOTA_EXCEEDED
                : ReasonCode.granted(options.qos());
    }

    private boolean isFull(TopicFilter filter) {
        Subscriptions subscriptions = session.subscriptions();
        Limits limits = shard.limits();
        return subscriptions.size() >= limits.maximumSubscriptions()
                || (filter.isShared()
                        && subscriptions.sharedSize() >= limits.maximumSharedSubscriptions());
    }

    private String refusal(ReasonCode result, TopicFilter filter) {
        if (result == ReasonCode.NOT_AUTHORIZED) {
            return "access control denies the subscription to '" + filter + "'";
        }
        if (session.refusesSubscriptions()) {
            return shard.journal().refusal("subscriptions");
        }
        Subscriptions subscriptions = session.subscriptions();
        return subscriptions.size() >= shard.limits().maximumSubscriptions()
                ? "the session has " + subscriptions.size() + " subscriptions already"
                : "the session has " + subscriptions.sharedSize() + " shared subscriptions already";
    }

    private boolean isTooDeep(TopicFilter filter) {
        String text = filter.filter();
        return text.length() >= shard.limits().maximumTopicLevels()
                && shard.limits().isTooDeep(text.getBytes(StandardCharsets.UTF_8));
    }

    /// @return null if it is too long behind the mount point
    private @Nullable TopicFilter mounted(TopicFilter filter) {
        try {
            return connection.terms().mounted(filter);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static SubscriptionOptions atMost(QoS maximum, SubscriptionOptions o) {
        return o.qos().level() <= maximum.level()
                ? o
                : new SubscriptionOptions(
                        maximum, o.noLocal(), o.retainAsPublished(), o.retainHandling());
    }

    /// [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    private StoredSubscription.Retained retained(TopicFilter filter, SubscriptionOptions options) {
        Subscription replaced = session.subscriptions().find(filter);
        boolean isWanted =
                switch (options.retainHandling()) {
                    case SEND -> true;
                    // What it was owed when it was new it is still owed, and no more.
                    case SEND_IF_NEW -> replaced == null || replaced.isOwedRetained();
                    // It asks for none, and takes none away that the one it replaces is still owed
                    // [MQTT-3.8.4-4].
                    case DO_NOT_SEND -> replaced != null && replaced.isOwedRetained();
                };
        return isWanted && !filter.isShared()
                ? StoredSubscription.Retained.OWED
                : StoredSubscription.Retained.SETTLED;
    }

    /// A bridge of Mosquitto's kind has no options in 3.x and means these.
    private static SubscriptionOptions asBridge(SubscriptionOptions o) {
        return new SubscriptionOptions(o.qos(), true, true, o.retainHandling());
    }

    void unsubscribe(Packet.Unsubscribe packet) {
        List<ReasonCode> results = new ArrayList<>(packet.filters().size());
        for (TopicFilter named : packet.filters()) {
            TopicFilter filter = Objects.requireNonNullElse(mounted(named), named);
            if (!session.access().mayUnsubscribe(session.principal(), filter)) {
                results.add(ReasonCode.NOT_AUTHORIZED);
                continue;
            }
            boolean existed = session.unsubscribe(filter);
            results.add(existed ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED);
            if (shard.log().isEnabled(LogLevel.UNSUBSCRIBE)) {
                shard.log().log(LogLevel.UNSUBSCRIBE, session.clientId() + " " + filter);
            }
        }
        session.acknowledge(
                connection, new Packet.Unsuback(packet.packetId(), results, Properties.NONE));
    }
}
