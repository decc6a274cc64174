package io.hawkermq.core.simulation;

import io.hawkermq.core.Counters;
import io.hawkermq.core.DropReason;
import io.hawkermq.core.simulation.ModelSession.Expectation;
import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;

/// What must be true when the network has healed, everybody is back and nothing moves any more.
final class Verdict {
    private final World world;
    private final Oracle oracle;
    private final long now;
    private final List<String> missing = new ArrayList<>();

    Verdict(World world, Oracle oracle) {
        this.world = world;
        this.oracle = oracle;
        this.now = world.schedule().now();
    }

    void pass() {
        for (ModelSession s : oracle.allSessions()) {
            if (!s.isEnded && s.isConnected()) {
                s.expected.values().forEach(all -> all.forEach(e -> check(e, s)));
            }
        }
        missing.addAll(oracle.shared().missing(now));
        Counters counters = world.counters();
        long dropped = 0;
        for (DropReason reason : DropReason.values()) {
            switch (reason) {
                case QUEUE_COUNT, QUEUE_BYTES, OUTBOUND_FULL, OFFLINE_BUDGET ->
                        dropped += counters.dropped[reason.ordinal()];
                // The store's: what is refused is not acknowledged, and so not missing.
                case EXPIRED,
                        PACKET_TOO_LARGE,
                        PAYLOAD_TOO_LARGE,
                        NO_SHARE_MEMBER,
                        NOT_AUTHORIZED,
                        STORE_FULL,
                        STORE_SLOW,
                        STORE_FAILED -> {}
                case DAMAGED -> expect("damaged", 0, counters.dropped[reason.ordinal()]);
            }
        }
        if (world.profile().drops() == Profile.Drops.NEVER && dropped > 0) {
            throw new Violation("drops", dropped + " messages were dropped below all limits");
        }
        if (missing.size() > dropped) {
            throw new Violation(
                    "MQTT-4.5.0-1",
                    missing.size()
                            + " messages never came, counted as dropped are "
                            + dropped
                            + ":\n  "
                            + String.join("\n  ", missing));
        }
        for (ModelSession s : oracle.allSessions()) {
            if (!s.isEnded && s.isConnected()) {
                s.subscriptions.values().forEach(u -> checkRetained(u, s));
            }
        }
        checkGauges(counters);
        world.clients().forEach(SimulatedClient::checkAtRest);
    }

    private void check(Expectation e, ModelSession s) {
        if (e.mayBeReceived() || !e.isMust || e.take.expiresAt() <= now) {
            return;
        }
        if (world.isDurable() && e.take.message().isClearing()) {
            return; // after a restart nobody can tell one without payload from an earlier one
        }
        if (e.mayBeLost(s)) {
            return;
        }
        missing.add(s.clientId + ": " + e);
    }

    private static boolean isDamaged(@org.jspecify.annotations.Nullable ServerEnd end) {
        return end == null || end.link().isDamaged();
    }

    /// [MQTT-3.3.1-9]
    private void checkRetained(ModelSubscription u, ModelSession s) {
        if (u.stream.retained != ModelSubscription.Retained.OPEN
                || u.coveredSince == ModelSubscription.NEVER) {
            return;
        }
        u.stream.owed.forEach((topic, take) -> {
            Published m = take.message();
            if (oracle.retained().held(topic) != take
                    || oracle.retained().wasRefused(topic)
                    || u.slots(topic).stream().anyMatch(Slot::mayBeReceived)
                    || u.mayBeKeptFrom(take.publisher())
                    || take.expiresAt() <= now
                    || !s.takes(m)
                    || !Rules.mayReceive(s.clientId, topic)
                    || cameLive(take, s)) {
                return;
            }
            boolean isAtMostOnce = m.qos().min(u.qos()).min(u.stream.least) == QoS.AT_MOST_ONCE;
            if (isAtMostOnce
                    && (u.end != s.end || u.stream.isOfManyConnections || isDamaged(u.end))) {
                return;
            }
            throw new Violation("MQTT-3.3.1-9", "the retained " + m + " never came to " + u);
        });
    }

    private static boolean cameLive(Take take, ModelSession s) {
        for (Expectation e : s.expected(take.message())) {
            if (e.take == take && e.mayBeReceived()) {
                return true;
            }
        }
        return false;
    }

    private void checkGauges(Counters counters) {
        long sessions = 0;
        long subscriptions = 0;
        long shared = 0;
        for (ModelSession s : oracle.allSessions()) {
            if (!s.isEnded) {
                sessions++;
                for (ModelSubscription u : s.subscriptions.values()) {
                    if (u.isShared()) {
                        shared++;
                    } else {
                        subscriptions++;
                    }
                }
            }
        }
        expect("sessions", sessions, counters.sessions);
        expect("subscriptions", subscriptions, counters.subscriptions);
        expect("shared subscriptions", shared, counters.sharedSubscriptions);
        expect("connected", sessions, counters.connected);
        expect("queued messages", 0, counters.queuedMessages);
        expect("queued bytes", 0, counters.queuedBytes);
    }

    private static void expect(String gauge, long expected, long counted) {
        if (expected != counted) {
            throw new Violation(
                    "counters", gauge + " are counted as " + counted + ", there are " + expected);
        }
    }
}
