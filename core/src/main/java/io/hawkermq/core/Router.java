package io.hawkermq.core;

import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Stop 4 of a PUBLISH: from the Topic Name to those who get the message. Owns the shard's
/// subscription index and a cache of its answers.
///
/// The index holds this shard's subscriptions and, for each filter, which other shards have some;
/// those learn of a message by one [ShardMessage.Forward] each, of a run of packets by one
/// [ShardMessage.ForwardRun], and ask their own index. A shard announces its interest in a filter to
/// all others with its first subscriber and confirms a subscription (SUBACK) only after all have
/// noted it, so that no message published after a SUBACK is missed.
final class Router {
    private final Shard shard;
    private final long seed;
    private SubscriptionIndex<Subscriber> index;

    /// By shard and kind: the index tells its subscribers apart by identity.
    private final RemoteInterest[][] remoteInterests;

    private final RouteCache cache = new RouteCache();
    private final Map<String, ShareGroup> groups = new HashMap<>();

    /// @param seed of the index's hashes, unknown to clients
    Router(Shard shard, long seed) {
        this.shard = shard;
        this.seed = seed;
        index = new SubscriptionIndex<>(seed);
        remoteInterests = new RemoteInterest[shard.peers().shards()][];
        for (int other = 0; other < remoteInterests.length; other++) {
            remoteInterests[other] =
                    new RemoteInterest[] {
                        new RemoteInterest(other, RemoteInterest.Kind.ANY),
                        new RemoteInterest(other, RemoteInterest.Kind.DURABLE)
                    };
        }
    }

    /// The route of a Topic Name as of now.
    Route route(TopicName topic) {
        Route cached = cache.find(topic);
        if (cached != null && index.version(cached.subtree) == cached.version) {
            return cached;
        }
        int subtree = index.subtree(topic);
        Route made = new Route(topic, subtree, index.version(subtree));
        index.match(topic, made::add);
        made.complete();
        cache.put(made);
        return made;
    }

    /// Puts a subscription into force in this shard and, if its filter is new here, announces it.
    ///
    /// @param replaced the subscription that it takes the place of, or null
    void subscribe(Subscription subscription, @Nullable Subscription replaced) {
        if (subscription.filter().isShared()) {
            ShareGroup group = groupOf(subscription);
            if (replaced != null) {
                group.remove(replaced);
            }
            group.add(subscription);
            announce(group);
            return;
        }
        String filter = subscription.filter().filter();
        boolean isDurable = subscription.isDurable() || (replaced != null && replaced.isDurable());
        Interests before = interestsIn(filter, isDurable);
        // Added before the old one is removed: nothing may be missed in between [MQTT-3.8.4-4].
        index.add(filter, subscription);
        if (replaced != null) {
            index.remove(filter, replaced);
        }
        announce(filter, before, isDurable);
    }

    void unsubscribe(Subscription subscription) {
        if (subscription.filter().isShared()) {
            ShareGroup group = groupOf(subscription);
            group.remove(subscription);
            announce(group);
            dropIfEmpty(group);
            return;
        }
        String filter = subscription.filter().filter();
        boolean isDurable = subscription.isKnownAsDurable();
        Interests before = interestsIn(filter, isDurable);
        index.remove(filter, subscription);
        announce(filter, before, isDurable);
    }

    /// A session has ended whose subscriptions stay in the index for a while: see [Lingering].
    void passOver() {
        index.passOver();
    }

    /// Removes what has been passed over since its session ended.
    ///
    /// @param subscription not a shared one
    void forget(Subscription subscription) {
        String filter = subscription.filter().filter();
        boolean isDurable = subscription.isKnownAsDurable();
        Interests before = interestsIn(filter, isDurable);
        index.removePassedOver(filter, subscription);
        announce(filter, before, isDurable);
    }

    /// What this shard's sessions want of a filter, as far as other shards must know; those, too, that
    /// have ended as long as the index has their subscriptions.
    private record Interests(boolean any, boolean durable) {
        static final Interests NONE = new Interests(false, false);
    }

    /// @param mayChangeDurable false if whether there are durable ones is not going to change: to find
    ///     that out takes a walk over all of the filter's subscribers if none is
    private Interests interestsIn(String filter, boolean mayChangeDurable) {
        return shard.peers().areThere()
                ? new Interests(
                        isWantedHere(filter, RemoteInterest.Kind.ANY),
                        mayChangeDurable && isWantedHere(filter, RemoteInterest.Kind.DURABLE))
                : Interests.NONE;
    }

    private void announce(String filter, Interests before, boolean mayChangeDurable) {
        if (!shard.peers().areThere()) {
            return;
        }
        Interests now = interestsIn(filter, mayChangeDurable);
        announce(filter, RemoteInterest.Kind.ANY, before.any(), now.any());
        announce(filter, RemoteInterest.Kind.DURABLE, before.durable(), now.durable());
    }

    private void announce(String filter, RemoteInterest.Kind kind, boolean was, boolean is) {
        if (is && !was) {
            shard.peers().tellNews(new ShardMessage.Interested(filter, kind));
        } else if (was && !is) {
            shard.peers().tellNews(new ShardMessage.NoLongerInterested(filter, kind));
        }
    }

    /// A session becomes durable, or no longer is, by `change`.
    void changeDurability(Iterable<Subscription> subscriptions, Runnable change) {
        List<Interests> before = new ArrayList<>();
        for (Subscription s : subscriptions) {
            before.add(
                    s.filter().isShared()
                            ? Interests.NONE
                            : interestsIn(s.filter().filter(), s.canBeDurable()));
        }
        change.run();
        int i = 0;
        for (Subscription s : subscriptions) {
            if (s.filter().isShared()) {
                memberChanged(s);
            } else {
                announce(s.filter().filter(), before.get(i), s.canBeDurable());
            }
            i++;
        }
    }

    /// A session with this shared subscription has connected or gone offline, or become durable or
    /// no longer is.
    void memberChanged(Subscription subscription) {
        ShareGroup group = groupOf(subscription);
        group.recount(subscription);
        announce(group);
    }

    /// The Shared Subscription, or null if neither this nor another shard has members.
    @Nullable ShareGroup find(String shareName, String filter) {
        return groups.get(key(shareName, filter));
    }

    void onInterested(int from, ShardMessage.Interested i) {
        index.add(i.filter(), remoteInterests[from][i.kind().ordinal()]);
    }

    void onNoLongerInterested(int from, ShardMessage.NoLongerInterested i) {
        index.remove(i.filter(), remoteInterests[from][i.kind().ordinal()]);
    }

    void onShareMembers(int from, ShardMessage.ShareMembers m) {
        ShareGroup group = group(m.shareName(), m.filter());
        group.remote(from, m);
        dropIfEmpty(group);
    }

    /// The filters and groups of this shard's own sessions, also of what lingers of those that have ended,
    /// to be told to a shard that joins.
    List<ShardMessage> interests(Iterable<Session> sessions) {
        Set<ShardMessage> interests = new LinkedHashSet<>();
        for (Session session : sessions) {
            for (Subscription s : session.subscriptions()) {
                addInterests(s, interests);
            }
        }
        shard.lingering().forEach(s -> addInterests(s, interests));
        List<ShardMessage> all = new ArrayList<>(interests);
        for (ShareGroup group : groups.values()) {
            if (!group.members().isEmpty()) {
                all.add(membersOf(group));
            }
        }
        return all;
    }

    private static void addInterests(Subscription s, Set<ShardMessage> interests) {
        if (s.filter().isShared()) {
            return;
        }
        String filter = s.filter().filter();
        interests.add(new ShardMessage.Interested(filter, RemoteInterest.Kind.ANY));
        if (s.isKnownAsDurable()) {
            interests.add(new ShardMessage.Interested(filter, RemoteInterest.Kind.DURABLE));
        }
    }

    /// True if the index has a subscription of this kind to just this filter, be it that of a session
    /// that has ended.
    boolean isWantedHere(String filter, RemoteInterest.Kind kind) {
        return switch (kind) {
            case ANY -> index.anyAt(filter, s -> s instanceof Subscription);
            case DURABLE ->
                    index.anyAt(filter, s -> s instanceof Subscription d && d.isKnownAsDurable());
        };
    }

    /// Takes over the subscription of a session that has moved here, or gives up that of one that
    /// moves away, without telling anybody.
    void arrived(Subscription subscription) {
        if (subscription.filter().isShared()) {
            groupOf(subscription).add(subscription);
        } else {
            index.add(subscription.filter().filter(), subscription);
        }
    }

    /// The opposite of [#arrived].
    void left(Subscription subscription) {
        if (subscription.filter().isShared()) {
            groupOf(subscription).remove(subscription);
        } else {
            index.remove(subscription.filter().filter(), subscription);
        }
    }

    /// This shard owns no sessions any more and is told nothing from now on.
    void forgetEverything() {
        index = new SubscriptionIndex<>(seed);
        groups.clear();
        cache.clear();
    }

    /// How many members this shard has in a Shared Subscription.
    ShardMessage.ShareMembers membersOf(String shareName, String filter) {
        ShareGroup group = find(shareName, filter);
        return group == null
                ? new ShardMessage.ShareMembers(shareName, filter, 0, 0, 0)
                : membersOf(group);
    }

    ShareGroup groupOf(Subscription subscription) {
        String shareName = subscription.filter().shareName();
        if (shareName == null) {
            throw new IllegalArgumentException(subscription.filter() + " is not shared");
        }
        return group(shareName, subscription.filter().filter());
    }

    private ShareGroup group(String shareName, String filter) {
        String key = key(shareName, filter);
        ShareGroup group = groups.get(key);
        if (group == null) {
            group = new ShareGroup(shareName, filter, shard.peers().shards());
            groups.put(key, group);
            index.add(filter, group);
        }
        return group;
    }

    private void dropIfEmpty(ShareGroup group) {
        if (group.isEmpty()) {
            groups.remove(key(group.shareName(), group.filter()));
            index.remove(group.filter(), group);
        }
    }

    private void announce(ShareGroup group) {
        if (shard.peers().areThere()) {
            shard.peers().tellNews(membersOf(group));
        }
    }

    private static ShardMessage.ShareMembers membersOf(ShareGroup group) {
        return new ShardMessage.ShareMembers(
                group.shareName(),
                group.filter(),
                group.members().size(),
                group.connectedMembers(),
                group.durableMembers());
    }

    /// A Share Name has no slash [MQTT-4.8.2-2], so that this is unambiguous.
    private static String key(String shareName, String filter) {
        return shareName + '/' + filter;
    }
}
