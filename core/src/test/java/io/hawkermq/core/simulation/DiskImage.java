package io.hawkermq.core.simulation;

import io.hawkermq.core.Message;
import io.hawkermq.core.PageRequest;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredPage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What is on the simulated disk: plain records, changed as the [StoreChange]s say and by nothing
/// else. Of the core's handles it keeps only what never changes; those that it gives back are new.
final class DiskImage {
    private record Delivery(StoredDelivery handle, int packetId, long order) {}

    private static final class Records {
        final Map<String, StoredSubscription> subscriptions = new LinkedHashMap<>();
        final TreeMap<Long, Delivery> deliveries = new TreeMap<>();
        final TreeMap<Integer, Long> released = new TreeMap<>();
        final TreeMap<Integer, Boolean> received = new TreeMap<>();

        boolean isEmpty() {
            return subscriptions.isEmpty()
                    && deliveries.isEmpty()
                    && released.isEmpty()
                    && received.isEmpty();
        }
    }

    /// Whether a batch may have been applied before.
    enum Attempt {
        FIRST,
        AGAIN
    }

    private final boolean isStrict;
    private final Map<Long, StoredSession> sessions = new TreeMap<>();
    private final Map<Long, Records> records = new TreeMap<>();
    private final Map<String, Message> retained = new LinkedHashMap<>();
    private final TreeMap<Long, StoredForward> forwards = new TreeMap<>();

    /// @param isStrict true if changes that make no sense are the core's fault
    DiskImage(boolean isStrict) {
        this.isStrict = isStrict;
    }

    /// Applies a batch.
    void apply(List<StoreChange> batch, Attempt attempt) {
        boolean checks = isStrict && attempt == Attempt.FIRST;
        for (StoreChange change : batch) {
            if (checks) {
                check(change);
            }
            apply(change);
        }
        if (checks) {
            records.forEach((session, r) -> {
                if (!sessions.containsKey(session) && !r.isEmpty()) {
                    throw new Violation(
                            "store", "records of session " + session + ", which does not exist");
                }
            });
        }
    }

    private void check(StoreChange change) {
        switch (change) {
            case StoreChange.PutDelivery c -> expect(!isStored(c.delivery()), change, "is there");
            case StoreChange.BeginDelivery c -> expect(isStored(c.delivery()), change, "is not");
            case StoreChange.ReleaseDelivery c -> expect(isStored(c.delivery()), change, "is not");
            case StoreChange.RemoveDelivery c -> expect(isStored(c.delivery()), change, "is not");
            case StoreChange.RemoveForward c ->
                    expect(forwards.containsKey(c.forward().number()), change, "is not");
            case StoreChange.PutForward c ->
                    expect(!forwards.containsKey(c.forward().number()), change, "is there");
            case StoreChange.RemoveReleased c ->
                    expect(of(c.session()).released.containsKey(c.packetId()), change, "is not");
            case StoreChange.RemoveReceived c ->
                    expect(of(c.session()).received.containsKey(c.packetId()), change, "is not");
            case StoreChange.RemoveSession c -> {
                Set<Long> stored = of(c.session()).deliveries.keySet();
                Set<Long> remaining =
                        c.remaining().stream()
                                .map(StoredDelivery::sequence)
                                .collect(Collectors.toSet());
                expect(
                        stored.containsAll(remaining)
                                && remaining.size() == c.remaining().size()
                                && remaining.size() + c.paged() == stored.size(),
                        change,
                        "has " + stored + " remaining");
            }
            default -> {}
        }
    }

    private static void expect(boolean isSo, StoreChange change, String what) {
        if (!isSo) {
            throw new Violation("store", "what is stored by " + change + " " + what);
        }
    }

    private boolean isStored(StoredDelivery d) {
        return of(d.session()).deliveries.containsKey(d.sequence());
    }

    private Records of(long session) {
        return records.computeIfAbsent(session, n -> new Records());
    }

    private void apply(StoreChange change) {
        switch (change) {
            case StoreChange.PutSession c -> sessions.put(c.session().number(), c.session());
            case StoreChange.RemoveSession c -> {
                sessions.remove(c.session());
                records.remove(c.session());
            }
            case StoreChange.PutSubscription c -> put(c.subscription());
            case StoreChange.SettleSubscription c -> put(c.subscription());
            case StoreChange.RemoveSubscription c ->
                    of(c.session()).subscriptions.remove(c.filter());
            case StoreChange.PutDelivery c ->
                    of(c.delivery().session())
                            .deliveries
                            .put(c.delivery().sequence(), new Delivery(c.delivery(), 0, 0));
            case StoreChange.BeginDelivery c ->
                    of(c.delivery().session())
                            .deliveries
                            .computeIfPresent(
                                    c.delivery().sequence(),
                                    (n, d) -> new Delivery(d.handle(), c.packetId(), c.order()));
            case StoreChange.ReleaseDelivery c -> {
                Records r = of(c.delivery().session());
                r.deliveries.remove(c.delivery().sequence());
                r.released.put(c.packetId(), c.order());
            }
            case StoreChange.RemoveDelivery c ->
                    of(c.delivery().session()).deliveries.remove(c.delivery().sequence());
            case StoreChange.RemoveReleased c -> of(c.session()).released.remove(c.packetId());
            case StoreChange.PutReceived c -> of(c.session()).received.put(c.packetId(), true);
            case StoreChange.RemoveReceived c -> of(c.session()).received.remove(c.packetId());
            case StoreChange.PutRetained c ->
                    retained.put(c.message().topic().toString(), c.message());
            case StoreChange.RemoveRetained c -> retained.remove(c.topic().toString());
            case StoreChange.PutForward c -> forwards.put(c.forward().number(), c.forward());
            case StoreChange.RemoveForward c -> forwards.remove(c.forward().number());
        }
    }

    private void put(StoredSubscription s) {
        of(s.session()).subscriptions.put(s.filter(), s);
    }

    /// Gives back all that is stored, in the order that the door demands.
    void recover(Recovery to) {
        records.keySet().retainAll(sessions.keySet());
        IdentityHashMap<StoredMessage, StoredMessage> messages = new IdentityHashMap<>();
        sessions.values().forEach(to::session);
        records.values().forEach(r -> r.subscriptions.values().forEach(to::subscription));
        records.forEach((session, r) ->
                r.deliveries
                        .values()
                        .forEach(d -> {
                            Message message = d.handle().message().message();
                            if (d.packetId() != 0
                                    || message.expires()
                                    || to.takesDelivery(session)) {
                                to.delivery(copy(d, messages));
                            } else {
                                to.paged(
                                        session,
                                        d.handle().sequence(),
                                        d.handle().qos(),
                                        message.bytes());
                            }
                        }));
        records.forEach((session, r) ->
                r.released.forEach((packetId, order) -> to.released(session, packetId, order)));
        records.forEach((session, r) ->
                r.received.keySet().forEach(packetId -> to.received(session, packetId)));
        retained.values().forEach(to::retained);
        for (StoredForward f : new ArrayList<>(forwards.values())) {
            to.forward(
                    new StoredForward(
                            f.number(),
                            f.purpose(),
                            f.slots(),
                            copy(f.message(), messages),
                            f.shareName(),
                            f.filter()));
        }
    }

    /// Answers a request.
    ///
    /// @param most deliveries
    StoredPage page(PageRequest request, int most, boolean withInFlight) {
        Records r = records.get(request.session());
        IdentityHashMap<StoredMessage, StoredMessage> messages = new IdentityHashMap<>();
        List<StoredDelivery> page = new ArrayList<>();
        if (r != null) {
            for (Delivery d :
                    r.deliveries.subMap(request.from(), true, request.to(), true).values()) {
                if (d.packetId() != 0 && !withInFlight) {
                    continue;
                }
                if (page.size() == most) {
                    return new StoredPage(request.ticket(), page, page.getLast().sequence());
                }
                page.add(copy(d, messages));
            }
        }
        return new StoredPage(request.ticket(), page, request.to());
    }

    private static StoredDelivery copy(
            Delivery d, IdentityHashMap<StoredMessage, StoredMessage> messages) {
        StoredDelivery of = d.handle();
        int[] identifiers = of.identifiers();
        StoredDelivery copy =
                new StoredDelivery(
                        of.session(),
                        of.sequence(),
                        copy(of.message(), messages),
                        of.qos(),
                        of.retain(),
                        identifiers == null ? null : identifiers.clone(),
                        of.share());
        copy.writing(StoredDelivery.Writing.WRITTEN);
        copy.begun(d.packetId(), d.order());
        return copy;
    }

    private static StoredMessage copy(
            StoredMessage of, IdentityHashMap<StoredMessage, StoredMessage> messages) {
        return messages.computeIfAbsent(of, m -> new StoredMessage(m.message()));
    }

    @Override
    public String toString() {
        return sessions.size()
                + " sessions, "
                + records.values().stream().mapToInt(r -> r.deliveries.size()).sum()
                + " deliveries, "
                + retained.size()
                + " retained, "
                + forwards.size()
                + " forwards";
    }
}
