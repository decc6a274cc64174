package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.ModelSession.Again;
import io.hawkermq.core.simulation.ModelSession.Expectation;
import io.hawkermq.core.simulation.ModelSession.Lane;
import io.hawkermq.core.simulation.ModelSession.Last;
import io.hawkermq.core.simulation.Published.Take;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Judges each PUBLISH that a client gets: is there a reason for it, is it in order, is it as it
/// was published?
final class Deliveries {
    /// Of a shard, until a batch is taken from its mailbox: each takes a few inputs at least.
    private static final long TURNS_UNTIL_TAKEN = 4;

    private final World world;
    private final Oracle oracle;

    Deliveries(World world, Oracle oracle) {
        this.world = world;
        this.oracle = oracle;
    }

    /// A client has got a PUBLISH that it must hand on to its application.
    ///
    /// @param topic as its Topic Name or Topic Alias says
    void onDelivered(Link link, Packet.Publish p, String topic) {
        ModelSession s = Objects.requireNonNull(oracle.sessionOf(link.server()));
        List<Integer> identifiers =
                p.properties().subscriptionIdentifiers().stream().sorted().toList();
        List<Published> candidates = world.candidates(p.payload(), topic);
        if (candidates.isEmpty()) {
            throw violation("unasked", "nobody published this", s, p, candidates);
        }
        checkContent(p, topic, candidates, link, s);
        if (p.dup() && isRedelivery(p, identifiers, candidates, link, s)) {
            Last last = Objects.requireNonNull(s.lastByPacketId.get(p.packetId()));
            if (s.again.removeIf(a -> a.last == last)) {
                doubt(link, p, identifiers, candidates, s);
            }
            got(last, p.packetId(), link, s);
            return;
        }
        Published message = explain(link, p, identifiers, candidates, s);
        if (message == null) {
            throw violation("unasked", why(candidates, s), s, p, candidates);
        }
        if (p.packetId() != 0) {
            Last last = new Last(message, p.qos(), p.retain(), identifiers);
            s.lastByPacketId.put(p.packetId(), last);
            got(last, p.packetId(), link, s);
        }
    }

    /// What came again may as well have come for the first time: after a crash the same packet
    /// identifier may have been given to another take of the same message.
    private void doubt(
            Link link,
            Packet.Publish p,
            List<Integer> identifiers,
            List<Published> candidates,
            ModelSession s) {
        List<Expectation> live = new ArrayList<>();
        candidates.forEach(m -> addLive(live, link, p, identifiers, m, s));
        live.forEach(Slot::doubt);
        Published first = candidates.getFirst();
        if (p.retain()) {
            streams(p, identifiers, first, s)
                    .forEach(u -> u.slots(first.topic()).forEach(Slot::doubt));
        }
        candidates.forEach(m -> oracle.shared().doubt(s, m));
    }

    /// The client has something at QoS 1 that the server does not know it has.
    private static void got(Last last, int packetId, Link link, ModelSession s) {
        if (last.qos() != QoS.AT_LEAST_ONCE) {
            return;
        }
        if (link.isCrashed()) {
            s.again.add(new Again(last));
        } else {
            s.unacknowledged.put(packetId, last);
        }
    }

    /// A client has got a QoS 2 PUBLISH again before it was released.
    void onRepeated(Link link, Packet.Publish p) {
        ModelSession s = Objects.requireNonNull(oracle.sessionOf(link.server()));
        Last last = s.lastByPacketId.get(p.packetId());
        if (!p.dup()
                || last == null
                || !Arrays.equals(last.message().payload(), p.payload())
                || !oracle.isResumed(link.server())) {
            throw violation(
                    "MQTT-4.3.3-1", "the packet identifier is in use for " + last, s, p, List.of());
        }
    }

    private boolean isRedelivery(
            Packet.Publish p,
            List<Integer> identifiers,
            List<Published> candidates,
            Link link,
            ModelSession s) {
        if (!oracle.isResumed(link.server())) {
            throw violation(
                    "MQTT-4.3.2-2", "DUP on a connection that resumes nothing", s, p, candidates);
        }
        Last last = s.lastByPacketId.get(p.packetId());
        if (last == null
                || !candidates.contains(last.message())
                || last.qos() != p.qos()
                || last.retain() != p.retain()
                || !last.identifiers().equals(identifiers)) {
            return false; // the first copy was lost on its way
        }
        if (p.qos() == QoS.EXACTLY_ONCE) {
            return false; // after PUBREL [MQTT-4.3.3-6], unless it is another one that looks like
            // it
        }
        // Else it was acknowledged, and this is another one that looks like it.
        return s.unacknowledged.get(p.packetId()) == last
                || s.again.stream().anyMatch(a -> a.last == last);
    }

    /// @return the message, or null if nothing explains why the client got it
    private @Nullable Published explain(
            Link link,
            Packet.Publish p,
            List<Integer> identifiers,
            List<Published> candidates,
            ModelSession s) {
        List<Expectation> live = new ArrayList<>();
        candidates.forEach(m -> addLive(live, link, p, identifiers, m, s));
        live.sort(Comparator.comparingLong(e -> e.take.seq()));
        Published first = candidates.getFirst();
        List<ModelSubscription> streams =
                p.retain() ? streams(p, identifiers, first, s) : List.of();
        List<Slot> slots = new ArrayList<>(live);
        streams.forEach(u -> slots.addAll(u.slots(first.topic())));
        if (candidates.size() > 1) {
            // They look the same: what came before may have been the other one.
            candidates.stream()
                    .flatMap(m -> s.expected(m).stream())
                    .filter(e -> e.receipt() != null && mayBe(e, link, p, identifiers, s))
                    .filter(e -> !slots.contains(e))
                    .forEach(slots::add);
        }
        if (new Receipt(slots).assign(new HashSet<>())) {
            // Its order tells something only if it is certainly not one that came before a crash,
            // and
            // of one publisher: two without payload look the same.
            boolean mayBeAgain =
                    s.again.stream().anyMatch(a -> candidates.contains(a.last.message()));
            boolean isOfOne = live.stream().map(Deliveries::lane).distinct().count() == 1;
            if (slots.size() == live.size() && isOfOne && !link.isCrashed() && !mayBeAgain) {
                Expectation earliest =
                        live.stream().filter(e -> e.receipt() != null).findFirst().orElseThrow();
                s.lastTake.merge(lane(earliest), earliest.take.seq(), Math::max);
            }
            return live.isEmpty() ? first : live.getFirst().take.message();
        }
        Published shared = asShared(candidates, p, identifiers, s);
        return shared != null || !hasAgain(slots, p, identifiers, candidates, s) ? shared : first;
    }

    /// Explains it by what came before a crash and was not known to have come.
    ///
    /// @param slots that do not explain it alone
    private static boolean hasAgain(
            List<Slot> slots,
            Packet.Publish p,
            List<Integer> identifiers,
            List<Published> candidates,
            ModelSession s) {
        for (Again a : s.again) {
            if (candidates.contains(a.last.message())
                    && a.last.qos() == p.qos()
                    && a.last.retain() == p.retain()
                    && a.last.identifiers().equals(identifiers)) {
                slots.add(a);
            }
        }
        return new Receipt(slots).assign(new HashSet<>());
    }

    private @Nullable Published asShared(
            List<Published> candidates,
            Packet.Publish p,
            List<Integer> identifiers,
            ModelSession s) {
        for (Published m : candidates) {
            if (oracle.shared().onDelivered(s, m, p.qos(), p.retain(), identifiers)) {
                return m;
            }
        }
        return null;
    }

    private void addLive(
            List<Expectation> to,
            Link link,
            Packet.Publish p,
            List<Integer> identifiers,
            Published m,
            ModelSession s) {
        for (Expectation e : s.expected(m)) {
            if ((p.retain() || e.receipt() == null) && mayBe(e, link, p, identifiers, s)) {
                to.add(e);
            }
        }
    }

    /// Whether a PUBLISH may be what is expected, as far as its flags and the order go.
    private boolean mayBe(
            Expectation e, Link link, Packet.Publish p, List<Integer> identifiers, ModelSession s) {
        return e.qos == p.qos()
                && e.retain == p.retain()
                && e.identifiers.equals(identifiers)
                && (e.end == null || e.end == link.server() || world.queuesAtMostOnce())
                && e.take.seq() > s.lastTake.getOrDefault(lane(e), -1L);
    }

    /// The subscriptions for which this may be the retained message, the likeliest first: what was
    /// meant for an earlier one may have been lost with its connection.
    private List<ModelSubscription> streams(
            Packet.Publish p, List<Integer> identifiers, Published m, ModelSession s) {
        List<ModelSubscription> found = new ArrayList<>();
        int likely = 0;
        for (ModelSubscription u : s.allSubscriptions.reversed()) {
            boolean isOpen =
                    u.stream.retained == ModelSubscription.Retained.OPEN
                            // Begun before, and sent again; or nobody can tell for which it came.
                            || (u.stream.retained == ModelSubscription.Retained.CLOSED
                                    && (p.dup() || u.identifier == 0));
            if (isOpen
                    && u.matches(m.topic())
                    && p.qos() == m.qos().min(u.qos())
                    && identifiers.equals(u.identifier == 0 ? List.of() : List.of(u.identifier))
                    && Rules.mayReceive(s.clientId, m.topic())
                    && !m.takes().stream().allMatch(t -> u.isKeptFrom(t.publisher()))
                    && oracle.retained().wasHeldSince(m, u.stream.lower)) {
                Take owed = u.stream.owed.get(m.topic());
                boolean isLikely = u.isInForce() && owed != null && owed.message() == m;
                found.add(isLikely ? likely++ : found.size(), u);
            }
        }
        return found;
    }

    private static Lane lane(Expectation e) {
        return new Lane(e.take.publisher(), e.take.message().topic(), e.qos.min(QoS.AT_LEAST_ONCE));
    }

    // ---- content ----

    private void checkContent(
            Packet.Publish p, String topic, List<Published> candidates, Link link, ModelSession s) {
        Published m = candidates.getFirst();
        if (!m.topic().equals(topic)) {
            throw violation("topic", "published to " + m.topic(), s, p, candidates);
        }
        if (!Arrays.equals(m.payload(), p.payload())) {
            throw violation("payload", "the payload was altered", s, p, candidates);
        }
        if (link.client().version() != ProtocolVersion.MQTT_5 || candidates.size() > 1) {
            return;
        }
        Properties forwarded =
                p.properties()
                        .without(Property.TOPIC_ALIAS)
                        .without(Property.SUBSCRIPTION_IDENTIFIER)
                        .without(Property.MESSAGE_EXPIRY_INTERVAL);
        if (!forwarded.equals(m.properties())) {
            throw violation(
                    "MQTT-3.3.2-17",
                    "published with the properties " + m.properties(),
                    s,
                    p,
                    candidates);
        }
        checkExpiry(p, m, s, candidates);
    }

    /// [MQTT-3.3.2-5] [MQTT-3.3.2-6]
    private void checkExpiry(
            Packet.Publish p, Published m, ModelSession s, List<Published> candidates) {
        long left = p.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1);
        if (m.expirySeconds() < 0) {
            if (left >= 0) {
                throw violation("MQTT-3.3.2-6", "an expiry was made up", s, p, candidates);
            }
            return;
        }
        long now = world.schedule().now();
        boolean isRight = false;
        for (Take take : m.takes()) {
            // Sent at some time between the take and now. Its delivery has begun when it is handed
            // to the session's shard, which may take its time.
            long over = now - take.expiresAt();
            boolean isBegun = p.dup() || over <= TURNS_UNTIL_TAKEN * world.turnDelay();
            isRight |=
                    left <= m.expirySeconds()
                            && left * 1_000 >= -over
                            && (left > 0 || (over >= 0 && isBegun));
        }
        if (!isRight) {
            throw violation("MQTT-3.3.2-6", "the remaining expiry is wrong", s, p, candidates);
        }
    }

    private static String why(List<Published> candidates, ModelSession s) {
        StringBuilder why = new StringBuilder("nothing explains it; expected was:");
        for (Published m : candidates) {
            for (Expectation e : s.expected(m)) {
                why.append("\n    ").append(e);
                Long last = s.lastTake.get(lane(e));
                if (last != null && last >= e.take.seq()) {
                    why.append(" but take ").append(last).append(" came before it");
                }
            }
        }
        return why.append("\n  subscriptions: ").append(s.subscriptions.values()).toString();
    }

    private Violation violation(
            String rule, String text, ModelSession s, Packet.Publish p, List<Published> of) {
        return new Violation(
                rule,
                s.clientId
                        + " got "
                        + Text.of(p)
                        + " "
                        + (of.isEmpty() ? "" : of.getFirst() + " taken " + of.getFirst().takes())
                        + ": "
                        + text);
    }
}
