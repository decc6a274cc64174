package io.hawkermq.core;

import io.hawkermq.protocol.TopicFilter;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The subscriptions of one session, one for each Topic Filter. What is in here is in the index of
/// the session's shard and in its counters, too.
final class Subscriptions implements Iterable<Subscription> {
    private final Session session;
    private Map<String, Subscription> byFilter = Map.of();

    // Who has a million others need not walk over them to find these.
    private int shared;

    /// Whether there is one, or was.
    private boolean mayBeNoLocal;

    Subscriptions(Session session) {
        this.session = session;
    }

    int size() {
        return byFilter.size();
    }

    /// How many of them are shared.
    int sharedSize() {
        return shared;
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

    /// False if none is No Local.
    boolean mayBeNoLocal() {
        return mayBeNoLocal;
    }

    /// Those that are shared, by their [Subscription#share].
    Map<Integer, Subscription> shared() {
        Map<Integer, Subscription> shared = new HashMap<>();
        forEachShared(s -> shared.putIfAbsent(s.share(), s));
        return shared;
    }

    /// Puts a subscription into force, in place of the one with the same Topic Filter
    /// [MQTT-3.8.4-3].
    ///
    /// @return the one replaced, or null
    @Nullable Subscription add(Subscription subscription) {
        if (byFilter.isEmpty()) {
            byFilter = new HashMap<>(2);
        }
        mayBeNoLocal |= subscription.isNoLocal();
        Subscription replaced = byFilter.put(subscription.filter().toString(), subscription);
        if (replaced == null) {
            shared += subscription.filter().isShared() ? 1 : 0;
            session.shard().lingering().makeRoom();
        }
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
            shared -= filter.isShared() ? 1 : 0;
            count(removed, -1);
        }
        return removed;
    }

    /// The session has ended. For everybody who can tell there are none from now on.
    void end() {
        Map<String, Subscription> ended = byFilter;
        byFilter = Map.of();
        if (shared > 0) {
            for (Iterator<Subscription> i = ended.values().iterator(); i.hasNext(); ) {
                Subscription s = i.next();
                if (s.filter().isShared()) {
                    i.remove();
                    session.shard().router().unsubscribe(s);
                    count(s, -1);
                }
            }
        }
        shared = 0;
        mayBeNoLocal = false;
        session.shard().counters().subscriptions -= ended.size();
        session.shard().lingering().take(ended);
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
        forEachShared(session.shard().router()::memberChanged);
    }

    /// The client has gone: what is published before others are told finds nobody here.
    void connectionEnds() {
        forEachShared(s -> session.shard().router().groupOf(s).recount(s));
    }

    private void forEachShared(Consumer<Subscription> action) {
        if (shared == 0) {
            return;
        }
        for (Subscription s : this) {
            if (s.filter().isShared()) {
                action.accept(s);
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
