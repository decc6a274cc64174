package io.hawkermq.core;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/// Subscriptions of sessions that have ended which are still in the index. To remove one and tell the
/// other shards takes some microseconds, and a session can have a million: in one turn as many are
/// removed as [Limits#endedSubscriptions] says, and the others linger.
///
/// What lingers is in no session and no counter, and [Route] passes over it. Only as far as other shards
/// are concerned it is still there: they are told when it goes, as with any other subscription, so that
/// whether they know of a filter always depends on what is in the index alone. Shared Subscriptions
/// never linger, because who their members are decides on who gets a message.
///
/// The index does not grow by it: while something lingers, each new subscription removes one. So there
/// are never more in it than there were in force at one time.
final class Lingering {
    private record Rest(Map<String, Subscription> all, Iterator<Subscription> iterator) {}

    private final Shard shard;
    private final ArrayDeque<Rest> rests = new ArrayDeque<>();
    private int size;

    /// How many were removed in this turn because their sessions ended in it.
    private int removed;

    Lingering(Shard shard) {
        this.shard = shard;
    }

    int size() {
        return size;
    }

    void forEach(Consumer<Subscription> action) {
        for (Rest rest : rests) {
            rest.all().values().forEach(action);
        }
    }

    /// Takes the subscriptions of a session that has ended just now: at once as many as a turn may.
    ///
    /// @param subscriptions none of them shared; nobody else's from now on
    void take(Map<String, Subscription> subscriptions) {
        Iterator<Subscription> iterator = subscriptions.values().iterator();
        while (iterator.hasNext() && removed < shard.limits().endedSubscriptions()) {
            Subscription next = iterator.next();
            iterator.remove();
            removed++;
            shard.router().unsubscribe(next);
        }
        if (iterator.hasNext()) {
            rests.add(new Rest(subscriptions, iterator));
            size += subscriptions.size();
            shard.router().passOver();
        }
    }

    /// A subscription is about to be added.
    void makeRoom() {
        removeNext();
    }

    /// @return true if there are more, for another turn
    boolean endTurn() {
        removed = 0;
        int most = shard.limits().endedSubscriptions();
        for (int i = 0; i < most && removeNext(); i++) {}
        return size > 0;
    }

    private boolean removeNext() {
        Rest rest = rests.peek();
        if (rest == null) {
            return false;
        }
        Subscription next = rest.iterator().next();
        rest.iterator().remove();
        size--;
        if (!rest.iterator().hasNext()) {
            rests.remove();
        }
        shard.router().forget(next);
        return true;
    }

    /// The shard gives all its sessions away: nothing lingers here any more. Nobody is told.
    void leave() {
        forEach(shard.router()::left);
        rests.clear();
        size = 0;
    }
}
