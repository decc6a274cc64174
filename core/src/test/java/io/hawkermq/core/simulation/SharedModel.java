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

        QoS receivedAt = QoS.AT_MOST_ONCE;

        /// Its take is lost: only what was sent before it was durable may come.
        boolean isLost;

        /// Nobody need get it: there was no space.
        boolean isWaived;

        /// It may come once more.
        boolean mayRepeat;

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
        s.mayRepeat = s.receivedBy != null && s.receivedAt != QoS.EXACTLY_ONCE;
        s.isWaived |=
                s.group.members.stream()
                        .noneMatch(m -> m.isInForce() && m.storedSince < s.take.seq());
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
            if ((share.mayRepeat || isLeft) && gives(share, session, qos, retain, identifiers)) {
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
                share.receivedBy = session;
                share.receivedAt = qos;
                share.mayRepeat = false;
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

    private static boolean isMust(Share share, long now) {
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
