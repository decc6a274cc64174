package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where messages of one Topic Name go: the sessions of this shard with their overlapping
/// subscriptions merged, Shared Subscriptions, and other shards. Made from the index once and used
/// until the index says that the answer may have changed.
final class Route {
    /// A session that gets one copy of each message, whatever the number of its subscriptions that
    /// match [MQTT-3.3.4-2] [MQTT-3.3.4-4].
    static final class Target {
        final Session session;
        QoS qos;
        boolean retainAsPublished;
        int @Nullable [] identifiers;

        /// The matching subscriptions, kept only if one of them is No Local: for the session's own
        /// messages it then counts as absent [MQTT-3.8.3-3]. While the route is made, of each session
        /// that may have such a one.
        @Nullable List<Subscription> withNoLocal;

        Target(Subscription first) {
            session = first.session();
            qos = first.qos();
            retainAsPublished = first.isRetainAsPublished();
            identifiers = first.identifier() == 0 ? null : new int[] {first.identifier()};
        }

        void merge(Subscription other) {
            qos = qos.max(other.qos());
            retainAsPublished |= other.isRetainAsPublished();
            if (other.identifier() != 0) {
                int[] old = identifiers == null ? new int[0] : identifiers;
                int[] merged = java.util.Arrays.copyOf(old, old.length + 1);
                merged[old.length] = other.identifier();
                identifiers = merged;
            }
        }

        /// True if its subscriptions ask for nothing that depends on the publisher, or that the
        /// message would carry for it alone.
        boolean isAlikeForAll() {
            return identifiers == null && withNoLocal == null;
        }

        /// What is left of this target for a message that its session published itself, or null.
        @Nullable Target forOwnMessage() {
            if (withNoLocal == null) {
                return this;
            }
            Target left = null;
            for (Subscription s : withNoLocal) {
                if (s.isNoLocal()) {
                    continue;
                }
                if (left == null) {
                    left = new Target(s);
                } else {
                    left.merge(s);
                }
            }
            return left;
        }
    }

    final TopicName topic;
    final int subtree;
    final long version;
    final List<Target> targets = new ArrayList<>(1);
    final List<ShareGroup> groups = new ArrayList<>(0);

    /// A bit for each other shard that is interested; shards are at most 64.
    long remoteShards;

    /// Those of them that have durable subscribers.
    long durableShards;

    /// Whether a session here may have a No Local subscription.
    private boolean mayBeNoLocal;

    Route(TopicName topic, int subtree, long version) {
        this.topic = topic;
        this.subtree = subtree;
        this.version = version;
    }

    boolean isEmpty() {
        return targets.isEmpty() && groups.isEmpty() && remoteShards == 0;
    }

    void add(Subscriber subscriber) {
        switch (subscriber) {
            case Subscription s -> add(s);
            case ShareGroup g -> groups.add(g);
            case RemoteInterest r -> {
                switch (r.kind()) {
                    case ANY -> remoteShards |= 1L << r.shard();
                    case DURABLE -> durableShards |= 1L << r.shard();
                }
            }
        }
    }

    /// True if a message of QoS 1 or 2 would have to be stored for a subscriber.
    boolean isDurable() {
        if (durableShards != 0) {
            return true;
        }
        for (Target target : targets) {
            if (target.qos != QoS.AT_MOST_ONCE && target.session.isDurable()) {
                return true;
            }
        }
        for (ShareGroup group : groups) {
            if (group.isDurable()) {
                return true;
            }
        }
        return false;
    }

    private void add(Subscription subscription) {
        Session session = subscription.session();
        if (session.hasEnded()) {
            return; // it lingers
        }
        // A mark in the session finds its target without a map; it is trusted only if it points
        // back to this route's list.
        int mark = session.routeMark;
        Target target =
                mark < targets.size() && targets.get(mark).session == session
                        ? targets.get(mark)
                        : null;
        if (target == null) {
            target = new Target(subscription);
            session.routeMark = targets.size();
            targets.add(target);
            if (session.subscriptions().mayBeNoLocal()) {
                target.withNoLocal = new ArrayList<>(1);
                mayBeNoLocal = true;
            }
        } else {
            target.merge(subscription);
        }
        if (target.withNoLocal != null) {
            target.withNoLocal.add(subscription);
        }
    }

    /// All have been added.
    void complete() {
        if (!mayBeNoLocal) {
            return;
        }
        for (Target target : targets) {
            if (target.withNoLocal != null
                    && target.withNoLocal.stream().noneMatch(Subscription::isNoLocal)) {
                target.withNoLocal = null;
            }
        }
    }
}
