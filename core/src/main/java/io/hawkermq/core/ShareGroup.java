package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A Shared Subscription, section 4.8.2: one Share Name and Topic Filter, its members in this
/// shard, and how many members other shards have. Each message goes to one member: to the next in
/// turn that is connected and has room; if none has, to the next connected one's queue; only if
/// nobody is connected to that of an offline one. So it is at QoS 0, too, where an offline one has a
/// queue only if [Limits.AtMostOnce] says so.
final class ShareGroup implements Subscriber {
    private final String shareName;
    private final String filter;
    private final List<Subscription> members = new ArrayList<>(2);

    /// How many of the members are connected, and durable: there may be very many members, and
    /// these are asked for with every message.
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
        recount(member);
    }

    void remove(Subscription member) {
        if (members.remove(member)) {
            count(member, false, false);
        }
    }

    /// A member has connected or gone offline, or become durable or no longer is.
    void recount(Subscription member) {
        count(member, member.session().isConnected(), member.isDurable());
    }

    private void count(Subscription member, boolean isConnected, boolean isDurable) {
        connected += (isConnected ? 1 : 0) - (member.isCountedConnected() ? 1 : 0);
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

    /// Chooses whose turn it is: this shard's (by a call of [#next]) or another one's.
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

    /// A member of this shard for the next message, or null if there is none.
    @Nullable Subscription next(QoS qos) {
        Subscription fallback = null;
        int size = members.size();
        for (int i = 0; i < size && connected > 0; i++) {
            int candidate = Math.floorMod(place + i, size);
            Subscription member = members.get(candidate);
            if (!member.session().isConnected()) {
                continue;
            }
            if (member.session().outgoing().hasRoom(qos.min(member.qos()))) {
                place = candidate + 1;
                return member;
            }
            if (fallback == null) {
                fallback = member;
            }
        }
        if (fallback == null && size > 0) {
            fallback = members.get(Math.floorMod(place, size));
        }
        place++;
        return fallback;
    }
}
