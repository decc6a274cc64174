package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

        QoS receivedAt = QoS.AT_MOST_ONCE;

        /// Its take is lost: only what was sent before it was durable may come.
        boolean isLost;

        /// Nobody need get it: there was no space.
        boolean isWaived;

        /// True if a session that has ended may have had it: it may be under way to several.
        boolean wasPassedOn;

        /// How often it may come once more.
        int repeats;

        Share(Take take, Group group) {
            this.take = take;
            this.group = group;
        }

        /// True if this session may be the member that it is on its way to, at QoS 1.
        boolean mayBeAtQos1(ModelSession session) {
            return group.members.stream()
                    .anyMatch(m ->
                            m.session == session
                                    && take.message().qos().min(m.qos()) == QoS.AT_LEAST_ONCE);
        }
    }

    /// What of the queue of a session that ends only the store has is lost, and with the power
    /// whatever was not stored.
    private final boolean keepsAll;

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Map<Integer, List<Share>> shares = new HashMap<>();

    /// @param keepsAll true if nothing of a session that ends may be missing
    SharedModel(boolean keepsAll) {
        this.keepsAll = keepsAll;
    }

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

    /// A take never happened.
    void lose(Take take) {
        shares.getOrDefault(take.message().id(), List.of()).stream()
                .filter(s -> s.take == take)
                .forEach(s -> s.isLost = true);
    }

    /// A take may be dropped.
    void waive(Take take) {
        shares.getOrDefault(take.message().id(), List.of()).stream()
                .filter(s -> s.take == take)
                .forEach(s -> s.isWaived = true);
    }

    /// A session may have got any of what it could get of a message.
    void doubt(ModelSession session, Published message) {
        shares.getOrDefault(message.id(), List.of()).stream()
                .filter(s -> s.group.members.stream().anyMatch(m -> m.session == session))
                .forEach(s -> s.isWaived = true);
    }

    /// The server has died: what was given to one member may be given to another one.
    void onCrash() {
        shares.values().forEach(all -> all.forEach(SharedModel::onCrash));
    }

    private static void onCrash(Share s) {
        if (s.receivedBy != null && s.receivedAt != QoS.EXACTLY_ONCE) {
            s.repeats++;
        }
        s.isWaived |=
                s.group.members.stream()
                        .noneMatch(m -> m.isInForce() && m.storedSince < s.take.seq());
    }

    /// A session has ended: what it had not acknowledged at QoS 1 goes to another member, even if the
    /// client has it, or is about to get it. What was begun at QoS 2 does not [MQTT-4.8.2-5].
    void onSessionEnded(ModelSession session) {
        Set<Published> unacknowledged = new HashSet<>();
        session.unacknowledged.values().forEach(last -> unacknowledged.add(last.message()));
        session.again.forEach(again -> unacknowledged.add(again.last.message()));
        for (List<Share> all : shares.values()) {
            for (Share share : all) {
                boolean mayBeUnderWay =
                        (share.receivedBy == null || share.wasPassedOn)
                                && share.receivedBy != session
                                && share.mayBeAtQos1(session);
                boolean mayBeLost =
                        share.receivedBy == session
                                && share.receivedAt == QoS.AT_LEAST_ONCE
                                && unacknowledged.contains(share.take.message());
                if (mayBeUnderWay || mayBeLost) {
                    share.repeats++;
                    share.wasPassedOn = true;
                }
            }
        }
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
        List<Share> latest = shares.getOrDefault(message.id(), List.of()).reversed();
        for (Share share : latest) {
            if (!share.isLost
                    && (share.receivedBy == null || message.isClearing())
                    && gives(share, session, qos, retain, identifiers)) {
                return true;
            }
        }
        for (Share share : latest) {
            boolean isLeft = share.isLost && share.receivedBy == null;
            if ((share.repeats > 0 || isLeft) && gives(share, session, qos, retain, identifiers)) {
                return true;
            }
        }
        return false;
    }

    private static boolean gives(
            Share share, ModelSession session, QoS qos, boolean retain, List<Integer> identifiers) {
        Published message = share.take.message();
        if (qos == QoS.EXACTLY_ONCE && share.isLost && session.isDurable) {
            return false;
        }
        for (ModelSubscription m : share.group.members) {
            if (m.session == session
                    && message.qos().min(m.qos()) == qos
                    && (m.options.retainAsPublished() && message.retain()) == retain
                    && identifiers.equals(m.identifier == 0 ? List.of() : List.of(m.identifier))
                    && Rules.mayReceive(session.clientId, message.topic())) {
                if (share.receivedBy != null && share.repeats > 0) {
                    share.repeats--;
                }
                share.receivedBy = session;
                share.receivedAt = qos;
                return true;
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

    private boolean isMust(Share share, long now) {
        Published message = share.take.message();
        // Messages without payload look all the same.
        if (message.qos() == QoS.AT_MOST_ONCE
                || message.isClearing()
                || share.isLost
                || share.isWaived
                || share.take.expiresAt() <= now) {
            return false;
        }
        boolean isCovered = false;
        for (ModelSubscription m : share.group.members) {
            if (m.left < share.take.seq() && m.endedAt != share.take.at()) {
                continue; // else the server may have ended it a moment later
            }
            if (!m.isInForce() && isPassedOn(m, message)) {
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

    /// True if a member that is gone had to leave to the others what it had not acknowledged.
    private boolean isPassedOn(ModelSubscription member, Published message) {
        return keepsAll
                && member.endedWithSession
                && member.session.takes(message)
                && Rules.mayReceive(member.session.clientId, message.topic())
                && message.qos().min(member.qos()) == QoS.AT_LEAST_ONCE;
    }
}
