package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Shared Subscriptions: who is a member of which, and who got which message.
final class SharedModel {
    private static final class Group {
        final List<ModelSubscription> members = new ArrayList<>();
    }

    private static final class Share {
        final Take take;
        final Group group;
        @Nullable ModelSession receivedBy;

        Share(Take take, Group group) {
            this.take = take;
            this.group = group;
        }
    }

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Map<Integer, List<Share>> shares = new HashMap<>();

    void join(ModelSubscription member) {
        groups.computeIfAbsent(member.filter.toString(), f -> new Group()).members.add(member);
    }

    void onTake(Take take) {
        groups.values().stream()
                .filter(g -> g.members.getFirst().matches(take.message().topic()))
                .forEach(g ->
                        shares.computeIfAbsent(take.message().id(), id -> new ArrayList<>())
                                .add(new Share(take, g)));
    }

    /// A member has got a message: is it the first [MQTT-4.8.2-4]?
    ///
    /// @return false if no Shared Subscription of this session explains it
    boolean onDelivered(
            ModelSession session,
            Published message,
            QoS qos,
            boolean retain,
            List<Integer> identifiers) {
        // The latest first: there may have been no member to get an earlier one.
        for (Share share : shares.getOrDefault(message.id(), List.of()).reversed()) {
            if (share.receivedBy != null && !message.isClearing()) {
                continue;
            }
            for (ModelSubscription m : share.group.members) {
                if (m.session == session
                        && message.qos().min(m.qos()) == qos
                        && (m.options.retainAsPublished() && message.retain()) == retain
                        && identifiers.equals(m.identifier == 0 ? List.of() : List.of(m.identifier))
                        && Rules.mayReceive(session.clientId, message.topic())) {
                    share.receivedBy = session;
                    return true;
                }
            }
        }
        return false;
    }

    /// The takes that a member should have got and none did. Only those count that nobody's leaving
    /// can have swallowed.
    ///
    /// @param now milliseconds
    List<String> missing(long now) {
        List<String> missing = new ArrayList<>();
        for (List<Share> all : shares.values()) {
            for (Share share : all) {
                if (share.receivedBy == null && isMust(share, now)) {
                    missing.add(share.take + " for " + share.group.members);
                }
            }
        }
        return missing;
    }

    private static boolean isMust(Share share, long now) {
        Published message = share.take.message();
        // Messages without payload look all the same.
        if (message.qos() == QoS.AT_MOST_ONCE
                || message.isClearing()
                || share.take.expiresAt() <= now) {
            return false;
        }
        boolean isCovered = false;
        for (ModelSubscription m : share.group.members) {
            if (m.left < share.take.seq()) {
                continue;
            }
            if (!m.isInForce()
                    || m.qos() == QoS.AT_MOST_ONCE
                    || !m.session.takes(message)
                    || !Rules.mayReceive(m.session.clientId, message.topic())) {
                return false;
            }
            isCovered |= m.coveredSince < share.take.seq();
        }
        return isCovered;
    }
}
