package io.hawkermq.core;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The subscriptions of one session, one for each Topic Filter. What is in here is in the index of
/// the session's shard and in its counters, too.
final class Subscriptions implements Iterable<Subscription> {
    private final Session session;
    private Map<String, Subscription> byFilter = Map.of();

    Subscriptions(Session session) {
        this.session = session;
    }

    int size() {
        return byFilter.size();
    }

    @Override
    public Iterator<Subscription> iterator() {
        return byFilter.values().iterator();
    }

    boolean contains(TopicFilter filter) {
        return byFilter.containsKey(filter.toString());
    }

    /// Null if there is none with this Topic Filter.
    @Nullable Subscription find(TopicFilter filter) {
        return byFilter.get(filter.toString());
    }

    /// True if this very subscription is in force, not one that replaced it.
    boolean isInForce(Subscription subscription) {
        return byFilter.get(subscription.filter().toString()) == subscription;
    }

    /// Those that are not shared and match a Topic Name.
    List<Subscription> matching(TopicName topic) {
        List<Subscription> matching = new ArrayList<>();
        for (Subscription s : this) {
            if (!s.filter().isShared() && s.filter().matches(topic)) {
                matching.add(s);
            }
        }
        return matching;
    }

    boolean anyShared() {
        for (Subscription s : this) {
            if (s.filter().isShared()) {
                return true;
            }
        }
        return false;
    }

    /// The one with that [Subscription#share], or null if it is not in force any more.
    @Nullable Subscription shared(int share) {
        for (Subscription s : this) {
            if (s.share() == share) {
                return s;
            }
        }
        return null;
    }

    /// Puts a subscription into force, in place of the one with the same Topic Filter
    /// [MQTT-3.8.4-3].
    ///
    /// @return the one replaced, or null
    @Nullable Subscription add(Subscription subscription) {
        if (byFilter.isEmpty()) {
            byFilter = new HashMap<>(2);
        }
        Subscription replaced = byFilter.put(subscription.filter().toString(), subscription);
        session.shard().router().subscribe(subscription, replaced);
        if (replaced == null) {
            count(subscription, 1);
        }
        return replaced;
    }

    /// @return the one that is no longer in force, or null if there was none [MQTT-3.10.4-1]
    @Nullable Subscription remove(TopicFilter filter) {
        if (!contains(filter)) {
            return null;
        }
        Subscription removed = byFilter.remove(filter.toString());
        if (removed != null) {
            session.shard().router().unsubscribe(removed);
            count(removed, -1);
        }
        return removed;
    }

    void clear() {
        for (Subscription s : this) {
            session.shard().router().unsubscribe(s);
            count(s, -1);
        }
        byFilter = Map.of();
    }

    /// The session is about to leave its shard. Nobody is told.
    void leave() {
        for (Subscription s : this) {
            session.shard().router().left(s);
            count(s, -1);
        }
    }

    /// The session has come to another shard. Nobody is told.
    void arrive() {
        for (Subscription s : this) {
            session.shard().router().arrived(s);
            count(s, 1);
        }
    }

    /// The session's client has connected or gone, which matters to Shared Subscriptions.
    void connectionChanged() {
        for (Subscription s : this) {
            if (s.filter().isShared()) {
                session.shard().router().memberChanged(s);
            }
        }
    }

    private void count(Subscription s, int change) {
        Counters counters = session.shard().counters();
        if (s.filter().isShared()) {
            counters.sharedSubscriptions += change;
        } else {
            counters.subscriptions += change;
        }
    }
}
