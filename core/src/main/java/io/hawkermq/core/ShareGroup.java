package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A Shared Subscription, section 4.8.2: one Share Name and Topic Filter, its members in this
/// shard, and how many members other shards have. Each message goes to one member: to the next in
/// turn that is connected and has room; if none has, to the next connected one's queue; only if
/// nobody who is connected can take it to that of an offline one. Whoever may not read it, or would
/// drop it, cannot take it. So it is at QoS 0, too, where an offline one has a queue only if
/// [Limits.AtMostOnce] says so.
final class ShareGroup implements Subscriber {
    /// Up to so many a scan is faster than a hash table.
    private static final int MOST_SCANNED = 8;

    /// Of those who are away so many are looked at for one message.
    private static final int MOST_TRIED = 256;

    private final String shareName;
    private final String filter;

    /// Those who are connected come first: with every message one of them is looked for, and there may
    /// be very many others.
    private final List<Subscription> members = new ArrayList<>(2);

    /// Where each member is, once there have been many.
    private @Nullable Map<Subscription, Integer> places;

    /// How many of the members are connected, and durable.
    private int connected;

    private int durable;
    private final int[] remoteMembers;
    private final int[] remoteConnected;
    private final int[] remoteDurable;
    private int remoteTotal;

    /// Whose turn it is among the shards, and among this shard's members.
    private int turn;

    private int place;

    ShareGroup(String shareName, String filter, int shards) {
        this.shareName = shareName;
        this.filter = filter;
        remoteMembers = new int[shards];
        remoteConnected = new int[shards];
        remoteDurable = new int[shards];
    }

    String shareName() {
        return shareName;
    }

    String filter() {
        return filter;
    }

    /// To be read; changed by [#add] and [#remove] only.
    List<Subscription> members() {
        return members;
    }

    void add(Subscription member) {
        members.add(member);
        if (places != null) {
            places.put(member, members.size() - 1);
        } else if (members.size() > MOST_SCANNED) {
            notePlaces();
        }
        recount(member);
    }

    void remove(Subscription member) {
        if (placeOf(member) < 0) {
            return;
        }
        count(member, false, false);
        exchange(placeOf(member), members.size() - 1);
        members.removeLast();
        if (places != null) {
            places.remove(member);
        }
    }

    private void notePlaces() {
        Map<Subscription, Integer> all = new HashMap<>();
        for (int i = 0; i < members.size(); i++) {
            all.put(members.get(i), i);
        }
        places = all;
    }

    /// -1 if it is no member.
    private int placeOf(Subscription member) {
        return places == null ? members.indexOf(member) : places.getOrDefault(member, -1);
    }

    private void exchange(int one, int other) {
        Subscription first = members.get(one);
        Subscription second = members.get(other);
        members.set(one, second);
        members.set(other, first);
        if (places != null) {
            places.put(second, one);
            places.put(first, other);
        }
    }

    /// A member has connected or gone offline, or become durable or no longer is.
    void recount(Subscription member) {
        count(member, member.session().isConnected(), member.isDurable());
    }

    private void count(Subscription member, boolean isConnected, boolean isDurable) {
        if (isConnected && !member.isCountedConnected()) {
            exchange(placeOf(member), connected++);
        } else if (!isConnected && member.isCountedConnected()) {
            exchange(placeOf(member), --connected);
        }
        durable += (isDurable ? 1 : 0) - (member.isCountedDurable() ? 1 : 0);
        member.counted(isConnected, isDurable);
    }

    int connectedMembers() {
        return connected;
    }

    int durableMembers() {
        return durable;
    }

    void remote(int shard, ShardMessage.ShareMembers there) {
        remoteMembers[shard] = there.members();
        remoteConnected[shard] = there.connected();
        remoteDurable[shard] = there.durable();
        remoteTotal = Arrays.stream(remoteMembers).sum();
    }

    /// True if another shard's turn must not lose the message on the way there.
    boolean isDurable(int shard) {
        return remoteDurable[shard] > 0;
    }

    boolean isDurable() {
        return durable > 0 || Arrays.stream(remoteDurable).anyMatch(d -> d > 0);
    }

    boolean isEmpty() {
        return members.isEmpty() && remoteTotal == 0;
    }

    /// Chooses whose turn it is: this shard's (by a call of [#nextConnected]) or another one's.
    ///
    /// @return the other shard's number, or -1 for a member of this shard
    int nextShard() {
        if (remoteTotal == 0) {
            return -1;
        }
        int here = connected;
        int[] elsewhere = remoteConnected;
        int total = here + Arrays.stream(remoteConnected).sum();
        if (total == 0) {
            here = members.size();
            elsewhere = remoteMembers;
            total = here + remoteTotal;
        }
        int n = Math.floorMod(turn++, total) - here;
        for (int shard = 0; n >= 0; shard++) {
            n -= elsewhere[shard];
            if (n < 0) {
                return shard;
            }
        }
        return -1;
    }

    /// Who is next for a message that nobody who is connected to this shard can take: those who are
    /// connected to another one; and when it has been to all these, those of another one who are
    /// away.
    ///
    /// @param shard this one
    /// @param before how many shards it has been to before
    /// @return another shard's number, or -1 if there is none, or none is left
    int shardAfter(int shard, QoS qos, int before) {
        if (asksConnectedOnly(before)) {
            return after(shard, remoteConnected);
        }
        // Those who are away mostly miss QoS 0 anyway.
        return qos != QoS.AT_MOST_ONCE
                        && before < shardsIn(remoteConnected) + shardsIn(remoteMembers)
                ? after(shard, remoteMembers)
                : -1;
    }

    /// True while a message that has been to so many shards is for who is connected alone, here and
    /// elsewhere.
    boolean asksConnectedOnly(int before) {
        return before < shardsIn(remoteConnected);
    }

    private static int shardsIn(int[] counts) {
        int shards = 0;
        for (int n : counts) {
            shards += n > 0 ? 1 : 0;
        }
        return shards;
    }

    private static int after(int shard, int[] counts) {
        for (int i = 1; i < counts.length; i++) {
            int other = (shard + i) % counts.length;
            if (counts[other] > 0) {
                return other;
            }
        }
        return -1;
    }

    /// The member who is connected to this shard and next for the message, or null if none of them can
    /// take it.
    @Nullable Subscription nextConnected(Message message) {
        int first = connected == 0 ? 0 : Math.floorMod(place, connected);
        int waits = -1;
        for (int i = 0; i < connected; i++) {
            int candidate = (first + i) % connected;
            Subscription member = members.get(candidate);
            if (!canTake(member, message)) {
                continue;
            }
            Outgoing outgoing = member.session().outgoing();
            if (outgoing.hasRoom(outgoing.effective(message.qos(), member.qos()))) {
                place = candidate + 1;
                return member;
            }
            if (waits < 0) {
                waits = candidate;
            }
        }
        if (waits < 0) {
            return null;
        }
        place = waits + 1;
        return members.get(waits);
    }

    /// The same of this shard's members who are away.
    @Nullable Subscription nextAway(Message message) {
        int away = members.size() - connected;
        for (int i = Math.min(away, MOST_TRIED); i > 0; i--) {
            Subscription member = members.get(connected + Math.floorMod(place++, away));
            if (canTake(member, message)) {
                return member;
            }
        }
        return null;
    }

    private static boolean canTake(Subscription member, Message message) {
        return member.session().outgoing().canTake(message, member.qos())
                && member.session().mayReceive(message.topic());
    }

    /// A member of this shard that may read the message and will have to drop it, so that it is known
    /// for which limit; null if none may.
    @Nullable Subscription reader(Message message) {
        int size = members.size();
        for (int i = Math.min(size, connected + MOST_TRIED); i > 0; i--) {
            Subscription member = members.get(Math.floorMod(place++, size));
            if (member.session().mayReceive(message.topic())) {
                return member;
            }
        }
        return null;
    }
}
