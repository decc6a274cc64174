package io.hawkermq.core;

import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Stops 4 to 6 of a PUBLISH: brings a message to the sessions of this shard whose subscriptions match,
/// to one member of each Shared Subscription, and to the other shards that have subscribers.
final class Distribution {
    private final Shard shard;

    Distribution(Shard shard) {
        this.shard = shard;
    }

    /// @param number null without RETAIN
    /// @return true if there is at least one subscriber
    boolean distribute(Message message, @Nullable RetainNumber number) {
        Route route = shard.router().route(message.topic());
        if (route.isEmpty()) {
            return false;
        }
        deliver(route, message, number);
        for (ShareGroup group : route.groups) {
            deliverShared(message, group);
        }
        long durable = message.qos() == QoS.AT_MOST_ONCE ? 0 : route.durableShards;
        for (long rest = shard.peers().activeOf(route.remoteShards); rest != 0; rest &= rest - 1) {
            int to = Long.numberOfTrailingZeros(rest);
            StoredForward stored =
                    (durable & 1L << to) == 0
                            ? null
                            : shard.journal()
                                    .forward(
                                            StoredForward.Purpose.DELIVER,
                                            shard.slots().of(to),
                                            message,
                                            null,
                                            null);
            shard.peers().forward(new ShardMessage.Forward(message, number, stored), to);
        }
        return true;
    }

    /// Passes PUBLISH packets on as they came, to the sessions of this shard and to the other shards
    /// that have subscribers.
    ///
    /// @param by who published them
    /// @return true if there is at least one subscriber
    boolean relay(PublishRun run, Publisher by) {
        Route route = shard.router().route(run.topic());
        if (!route.groups.isEmpty()) {
            Message.of(run, by).forEach(m -> distribute(m, null));
            return true;
        }
        relay(route.targets, new Relay(run, by));
        long others = shard.peers().activeOf(route.remoteShards);
        if (others != 0) {
            ShardMessage.ForwardRun forward = new ShardMessage.ForwardRun(run.kept(), by);
            for (long rest = others; rest != 0; rest &= rest - 1) {
                shard.peers().forward(forward, Long.numberOfTrailingZeros(rest));
            }
        }
        return !route.isEmpty();
    }

    /// Passes packets of another shard on to the sessions of this one.
    void relayHere(PublishRun run, Publisher by) {
        relay(shard.router().route(run.topic()).targets, new Relay(run, by));
    }

    /// To those who get just these bytes; then to the others messages that are made of them, each to
    /// all of them on end: it is encoded once. If it cannot be delivered to one of them, that one's
    /// client has to go, and the others get it.
    private static void relay(List<Route.Target> targets, Relay relay) {
        List<Route.Target> others = List.of();
        for (int i = 0; i < targets.size(); i++) {
            Route.Target target = targets.get(i);
            try {
                if (target.isAlikeForAll() && target.session.outgoing().relay(relay, target.qos)) {
                    continue;
                }
            } catch (RuntimeException e) {
                target.session.failed(e);
                continue;
            }
            if (others.isEmpty()) {
                others = new ArrayList<>();
            }
            others.add(target);
        }
        if (others.isEmpty()) {
            return;
        }
        for (Message message : relay.messages()) {
            deliverHere(others, message, null);
        }
    }

    /// True if a message would have to be stored, for a subscriber or to be retained, before it
    /// could be acknowledged.
    boolean wouldStore(Message message) {
        return (message.qos() != QoS.AT_MOST_ONCE
                        && message.retain()
                        && message.payload().length > 0)
                || wouldStore(message.qos(), message.topic());
    }

    /// The same of a message without RETAIN.
    boolean wouldStore(QoS qos, TopicName topic) {
        return qos != QoS.AT_MOST_ONCE
                && shard.journal().isDurable()
                && shard.router().route(topic).isDurable();
    }

    /// A message of another shard, for the sessions of this one. Its publisher is far away: if it
    /// cannot be delivered to one of them, that one's client has to go, and the others get it.
    ///
    /// @param number null without RETAIN
    void deliverHere(Message message, @Nullable RetainNumber number) {
        deliverHere(shard.router().route(message.topic()).targets, message, number);
    }

    private static void deliverHere(
            List<Route.Target> targets, Message message, @Nullable RetainNumber number) {
        for (int i = 0; i < targets.size(); i++) {
            Route.Target target = targets.get(i);
            try {
                deliver(target, message, number);
            } catch (RuntimeException e) {
                target.session.failed(e);
            }
        }
    }

    /// The same after a crash, for the sessions of some slots only. Whoever gets it at QoS 0 may have
    /// got it before.
    ///
    /// @param slots a bit for each
    void deliverToSlots(Message message, long slots) {
        for (Route.Target each : shard.router().route(message.topic()).targets) {
            Route.Target target = targetOf(message, each);
            if (target != null
                    && (slots & 1L << Slots.slotOf(target.session.clientId())) != 0
                    && target.session.outgoing().effective(message.qos(), target.qos)
                            != QoS.AT_MOST_ONCE) {
                deliver(target, message, null);
            }
        }
    }

    /// Stop 6 of a PUBLISH.
    private void deliver(Route route, Message message, @Nullable RetainNumber number) {
        List<Route.Target> targets = route.targets;
        for (int i = 0; i < targets.size(); i++) {
            deliver(targets.get(i), message, number);
        }
    }

    /// @return null if the session is not to get this message
    private static Route.@Nullable Target targetOf(Message message, Route.Target target) {
        return target.withNoLocal != null && target.session.clientId().equals(message.publisher())
                ? target.forOwnMessage() // [MQTT-3.8.3-3]
                : target;
    }

    private static void deliver(Route.Target to, Message message, @Nullable RetainNumber number) {
        Route.Target target = targetOf(message, to);
        if (target == null) {
            if (number != null) {
                // Nor does it come as retained to a subscription that is there by now.
                to.session.outgoing().liveDelivered(message, number);
            }
            return;
        }
        Outgoing outgoing = target.session.outgoing();
        boolean isTaken =
                outgoing.deliver(
                        message,
                        target.qos,
                        target.retainAsPublished && message.retain(),
                        target.identifiers,
                        0);
        // If it is not, what was retained before is better than nothing. And a Shared Subscription
        // has a message for itself alone: others are owed the same one [MQTT-3.3.1-9].
        if (number != null && isTaken) {
            outgoing.liveDelivered(message, number);
        }
    }

    void deliverShared(ShardMessage.ForwardShared f) {
        ShareGroup group = shard.router().find(f.shareName(), f.filter());
        if (group == null) {
            shard.drop(DropReason.NO_SHARE_MEMBER, f.message().publisher());
        } else {
            deliverShared(f, group);
        }
    }

    private void deliverShared(Message message, ShareGroup group) {
        deliverShared(
                ShardMessage.ForwardShared.beginning(
                        message, group.shareName(), group.filter(), Journal.Attempt.FIRST),
                group);
    }

    /// Gives a message to one member [MQTT-4.8.2-4].
    private void deliverShared(ShardMessage.ForwardShared f, ShareGroup group) {
        int elsewhere = f.hops() < 0 || group.members().isEmpty() ? group.nextShard() : -1;
        if (elsewhere >= 0 && f.hops() < shard.peers().shards()) {
            passOn(f, group, elsewhere);
            return;
        }
        Message message = f.message();
        int before = Math.max(0, f.hops());
        Subscription member = group.nextConnected(message);
        if (member == null && !group.asksConnectedOnly(before)) {
            member = group.nextAway(message);
        }
        if (member == null) {
            int other = group.shardAfter(shard.number(), message.qos(), before);
            if (other >= 0) {
                passOn(f, group, other);
                return;
            }
            member = group.reader(message);
        }
        if (member == null) {
            shard.drop(
                    group.members().isEmpty()
                            ? DropReason.NO_SHARE_MEMBER
                            : DropReason.NOT_AUTHORIZED,
                    message.publisher());
            return;
        }
        if (f.attempt() == Journal.Attempt.AGAIN
                && member.session().outgoing().effective(f.message().qos(), member.qos())
                        == QoS.AT_MOST_ONCE) {
            return; // it may have got it before, as in deliverToSlots
        }
        if (f.hops() < 0) {
            deliver(member, f.message());
            return;
        }
        try {
            deliver(member, f.message());
        } catch (RuntimeException e) {
            member.session().failed(e); // its publisher is far away, as in deliverHere
        }
    }

    private void passOn(ShardMessage.ForwardShared f, ShareGroup group, int to) {
        Message message = f.message();
        StoredForward stored =
                message.qos() == QoS.AT_MOST_ONCE || !group.isDurable(to)
                        ? null
                        : shard.journal()
                                .forward(
                                        StoredForward.Purpose.SHARE,
                                        shard.slots().of(to),
                                        message,
                                        f.shareName(),
                                        f.filter());
        shard.peers().forward(f.onward(stored), to);
    }

    private static void deliver(Subscription member, Message message) {
        int[] identifiers = member.identifier() == 0 ? null : new int[] {member.identifier()};
        member.session()
                .outgoing()
                .deliverReadable( // which was looked at when it was chosen
                        message,
                        member.qos(), // [MQTT-4.8.2-3]
                        member.isRetainAsPublished() && message.retain(),
                        identifiers,
                        member.share());
    }

    /// A member's session has ended with messages that it had not acknowledged, or not even been
    /// sent: they are for the other members (section 4.8.2). If there are none they are lost, as is
    /// what is published then.
    void passOn(List<Session.Undelivered> messages, String from) {
        shard.journal().admit(); // they were accepted before
        try {
            for (Session.Undelivered u : messages) {
                Message message = u.message();
                String shareName = u.filter().shareName();
                ShareGroup group =
                        shareName == null
                                ? null
                                : shard.router().find(shareName, u.filter().filter());
                if (group == null) {
                    shard.drop(DropReason.NO_SHARE_MEMBER, from);
                } else if (message.isExpired(shard.now())) {
                    shard.drop(DropReason.EXPIRED, from);
                } else {
                    deliverShared(message, group);
                }
            }
        } finally {
            shard.journal().replayed();
        }
    }
}
