package io.hawkermq.core.simulation;

import io.hawkermq.core.Limits;
import io.hawkermq.core.PageRequest;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredPage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Cores that do not wait for the disk, and disks that forget.
final class StoreMutants {
    private StoreMutants() {}

    static Map<String, Supplier<Mutation>> all() {
        Map<String, Supplier<Mutation>> all = new LinkedHashMap<>();
        ofHaste(all);
        ofForgetting(all);
        ofConfusion(all);
        ofPages(all);
        return all;
    }

    // ---- what is confirmed before it is durable ----

    private static void ofHaste(Map<String, Supplier<Mutation>> all) {
        all.put("waits for nothing", early(StoreChange.class));
        all.put(
                "acknowledges before the message is durable",
                early(StoreChange.PutDelivery.class, StoreChange.PutForward.class));
        all.put("sends PUBREC before it is durable", early(StoreChange.PutReceived.class));
        all.put("sends PUBCOMP before it is durable", early(StoreChange.RemoveReceived.class));
        all.put("sends PUBREL before it is durable", early(StoreChange.ReleaseDelivery.class));
        all.put("sends QoS 2 before it is durable", early(StoreChange.BeginDelivery.class));
        all.put("sends SUBACK before it is durable", early(StoreChange.PutSubscription.class));
        all.put("sends UNSUBACK before it is durable", early(StoreChange.RemoveSubscription.class));
        all.put(
                "sends CONNACK before it is durable",
                early(StoreChange.PutSession.class, StoreChange.RemoveSession.class));
        all.put("acknowledges before it is retained", early(StoreChange.PutRetained.class));
        all.put("sends QoS 0 before its removal is durable", HastyAtMostOnce::new);
    }

    /// As long as only that is told too early: the store tells all that was before it as well.
    private static final class HastyAtMostOnce implements Mutation {
        private final List<List<StoreChange>> pending = new ArrayList<>();

        // It shows if the process ends in between: QoS 0 waits in all runs, and for a slow disk.
        @Override
        public Limits limits(Limits real) {
            return real.with(l -> l.atMostOnce(Limits.AtMostOnce.QUEUED));
        }

        @Override
        public int diskDelay(int real) {
            return 1_000;
        }

        @Override
        public boolean reportsEarly(List<StoreChange> batch) {
            boolean isHarmless =
                    batch.stream().allMatch(c -> !c.isAwaited() || isOverAtMostOnce(c));
            boolean isEarly =
                    pending.isEmpty()
                            && isHarmless
                            && batch.stream().anyMatch(StoreMutants::isOverAtMostOnce);
            if (!isHarmless) {
                pending.add(List.copyOf(batch));
            }
            return isEarly;
        }

        @Override
        public List<StoreChange> stored(List<StoreChange> batch) {
            pending.remove(batch);
            return batch;
        }
    }

    private static boolean isOverAtMostOnce(StoreChange change) {
        return change instanceof StoreChange.RemoveDelivery c
                && c.delivery().qos() == QoS.AT_MOST_ONCE;
    }

    private static StoredSubscription settled(StoredSubscription s) {
        return new StoredSubscription(s.session(), s.filter(), s.options(), s.identifier());
    }

    @SafeVarargs
    private static Supplier<Mutation> early(Class<? extends StoreChange>... types) {
        return () ->
                new Mutation() {
                    @Override
                    public boolean reportsEarly(List<StoreChange> batch) {
                        return batch.stream().anyMatch(c -> isOneOf(types, c));
                    }
                };
    }

    private static boolean isOneOf(Class<? extends StoreChange>[] types, StoreChange change) {
        for (Class<? extends StoreChange> type : types) {
            if (type.isInstance(change)) {
                return true;
            }
        }
        return false;
    }

    // ---- what is never stored ----

    private static void ofForgetting(Map<String, Supplier<Mutation>> all) {
        all.put("stores nothing", without(StoreChange.class));
        all.put("forgets a session", without(StoreChange.PutSession.class));
        all.put("forgets that a session has ended", without(StoreChange.RemoveSession.class));
        all.put("forgets a subscription", without(StoreChange.PutSubscription.class));
        all.put(
                "forgets that a subscription is gone",
                without(StoreChange.RemoveSubscription.class));
        all.put(
                "forgets that a subscription is owed retained messages",
                changing(
                        StoreChange.PutSubscription.class,
                        c -> new StoreChange.SettleSubscription(settled(c.subscription()))));
        all.put("forgets a delivery", without(StoreChange.PutDelivery.class));
        all.put("forgets that a delivery is in flight", without(StoreChange.BeginDelivery.class));
        all.put("forgets that PUBREC came", without(StoreChange.ReleaseDelivery.class));
        all.put("forgets that a delivery is over", without(StoreChange.RemoveDelivery.class));
        all.put(
                "forgets that a delivery at QoS 0 is over",
                changing(StoreChange.RemoveDelivery.class, c -> isOverAtMostOnce(c) ? null : c));
        all.put("forgets that PUBCOMP came", without(StoreChange.RemoveReleased.class));
        all.put("forgets what it has received", without(StoreChange.PutReceived.class));
        all.put("forgets that PUBREL came", without(StoreChange.RemoveReceived.class));
        all.put("forgets what is retained", without(StoreChange.PutRetained.class));
        all.put("forgets that nothing is retained", without(StoreChange.RemoveRetained.class));
        all.put(
                "loses what is between shards before the other has stored it",
                without(StoreChange.PutForward.class));
        all.put(
                "takes up again what another shard has stored",
                without(StoreChange.RemoveForward.class));
        all.put(
                "loses the state of a released delivery",
                changing(
                        StoreChange.ReleaseDelivery.class,
                        c -> new StoreChange.RemoveDelivery(c.delivery())));
        all.put("forgets wills", session(s -> with(s, s.expiresAt(), null, s.willAt())));
        all.put(
                "forgets the will of an offline session",
                session(s -> s.wasConnected() ? s : with(s, s.expiresAt(), null, s.willAt())));
        all.put("forgets that a will was published", session(new RememberedWills()));
        all.put(
                "publishes no will after a restart",
                session(s -> with(s, s.expiresAt(), s.will(), Long.MAX_VALUE)));
        all.put(
                "never expires a session after a restart",
                session(s -> s.wasConnected() ? s : with(s, Long.MAX_VALUE, s.will(), s.willAt())));
        all.put(
                "begins expiry anew",
                session(s -> with(s, StoredSession.CONNECTED, s.will(), s.willAt())));
    }

    private static Supplier<Mutation> without(Class<? extends StoreChange> type) {
        return changing(type, c -> null);
    }

    /// Brings back wills that a session had before.
    private static final class RememberedWills implements Function<StoredSession, StoredSession> {
        private final Map<Long, StoredSession> last = new LinkedHashMap<>();

        @Override
        public StoredSession apply(StoredSession s) {
            StoredSession before = last.get(s.number());
            if (s.will() != null) {
                last.put(s.number(), s);
                return s;
            }
            return before == null || s.wasConnected()
                    ? s
                    : with(s, s.expiresAt(), before.will(), before.willAt());
        }
    }

    private static Supplier<Mutation> session(Function<StoredSession, StoredSession> change) {
        return changing(
                StoreChange.PutSession.class,
                c -> new StoreChange.PutSession(change.apply(c.session())));
    }

    private static StoredSession with(
            StoredSession s,
            long expiresAt,
            io.hawkermq.protocol.@Nullable Will will,
            long willAt) {
        return new StoredSession(
                s.number(),
                s.clientId(),
                s.userName(),
                s.address(),
                s.expiryInterval(),
                expiresAt,
                will,
                willAt);
    }

    // ---- what is stored wrongly ----

    private static void ofConfusion(Map<String, Supplier<Mutation>> all) {
        all.put(
                "gives back what is in flight in another order",
                changing(
                        StoreChange.BeginDelivery.class,
                        c ->
                                new StoreChange.BeginDelivery(
                                        c.delivery(), c.packetId(), -c.order())));
        all.put(
                "gives back another packet identifier",
                changing(
                        StoreChange.BeginDelivery.class,
                        c ->
                                new StoreChange.BeginDelivery(
                                        c.delivery(), c.packetId() + 1_000, c.order())));
        all.put(
                "releases another packet identifier",
                changing(
                        StoreChange.ReleaseDelivery.class,
                        c ->
                                new StoreChange.ReleaseDelivery(
                                        c.delivery(), c.packetId() + 1_000, c.order())));
        all.put(
                "gives back queues in another order",
                changing(
                        StoreChange.PutDelivery.class,
                        c -> new StoreChange.PutDelivery(reversed(c.delivery()))));
        all.put("applies half of a batch", batch(b -> b.subList(0, (b.size() + 1) / 2)));
        all.put("applies a batch backwards", batch(StoreMutants::backwards));
    }

    private static StoredDelivery reversed(StoredDelivery d) {
        // Where a later change looks for it there is nothing; only what waits is out of order.
        return new StoredDelivery(
                d.session(),
                d.sequence() ^ 1,
                d.message(),
                d.qos(),
                d.retain(),
                d.identifiers(),
                d.share());
    }

    // ---- what comes back in pages ----

    private static void ofPages(Map<String, Supplier<Mutation>> all) {
        all.put("loses pages", page(d -> List.of()));
        all.put("loses the first of a page", page(d -> d.subList(Math.min(1, d.size()), d.size())));
        all.put(
                "loses the last of a page",
                page(d -> d.size() < 2 ? d : d.subList(0, d.size() - 1)));
        all.put("turns pages round", page(List::reversed));
        all.put(
                "brings the first of a page twice",
                page(d -> {
                    List<StoredDelivery> more = new ArrayList<>(d);
                    if (!d.isEmpty()) {
                        more.addFirst(d.getFirst());
                    }
                    return more;
                }));
        all.put(
                "steps over what is behind a page",
                pages((request, page) ->
                        new StoredPage(page.ticket(), page.deliveries(), request.to())));
        all.put("brings a page again in answer to the next request", answers(Late::new));
        all.put(
                "takes an answer that nobody waits for",
                answers(() ->
                        (request, page) ->
                                List.of(
                                        page,
                                        new StoredPage(
                                                page.ticket() + 1,
                                                page.deliveries(),
                                                page.through()))));
        all.put(
                "brings back what is in flight",
                () ->
                        new Mutation() {
                            @Override
                            public boolean pagesWhatIsInFlight() {
                                return true;
                            }
                        });
        all.put(
                "forgets the tail of a session that ends",
                () ->
                        new Mutation() {
                            @Override
                            public List<StoreChange> stored(List<StoreChange> batch) {
                                return batch.stream().map(StoreMutants::withoutTail).toList();
                            }

                            @Override
                            public boolean isChecked() {
                                return true;
                            }
                        });
    }

    private static StoreChange withoutTail(StoreChange change) {
        return change instanceof StoreChange.RemoveSession c
                ? new StoreChange.RemoveSession(c.session(), c.clientId(), c.remaining(), 0)
                : change;
    }

    /// Answers each request with the page that the one before was to get.
    private static final class Late
            implements BiFunction<PageRequest, StoredPage, List<StoredPage>> {
        private @Nullable StoredPage before;

        @Override
        public List<StoredPage> apply(PageRequest request, StoredPage page) {
            StoredPage late = before == null ? page : before;
            before = page;
            return List.of(new StoredPage(page.ticket(), late.deliveries(), page.through()));
        }
    }

    private static Supplier<Mutation> page(
            Function<List<StoredDelivery>, List<StoredDelivery>> change) {
        return pages((request, page) ->
                new StoredPage(page.ticket(), change.apply(page.deliveries()), page.through()));
    }

    private static Supplier<Mutation> pages(
            BiFunction<PageRequest, StoredPage, StoredPage> change) {
        return answers(() -> (request, page) -> List.of(change.apply(request, page)));
    }

    private static Supplier<Mutation> answers(
            Supplier<BiFunction<PageRequest, StoredPage, List<StoredPage>>> change) {
        return () -> {
            BiFunction<PageRequest, StoredPage, List<StoredPage>> answers = change.get();
            return new Mutation() {
                @Override
                public List<StoredPage> pages(PageRequest request, StoredPage page) {
                    return answers.apply(request, page);
                }
            };
        };
    }

    private static List<StoreChange> backwards(List<StoreChange> batch) {
        List<StoreChange> changes = new ArrayList<>(batch);
        Collections.reverse(changes);
        return changes;
    }

    private static Supplier<Mutation> batch(Function<List<StoreChange>, List<StoreChange>> change) {
        return () ->
                new Mutation() {
                    @Override
                    public List<StoreChange> stored(List<StoreChange> batch) {
                        return change.apply(batch);
                    }
                };
    }

    /// @param change null for nothing
    private static <C extends StoreChange> Supplier<Mutation> changing(
            Class<C> type, Function<C, @Nullable StoreChange> change) {
        return batch(b -> {
            List<StoreChange> changed = new ArrayList<>();
            for (StoreChange c : b) {
                StoreChange instead = type.isInstance(c) ? change.apply(type.cast(c)) : c;
                if (instead != null) {
                    changed.add(instead);
                }
            }
            return changed;
        });
    }
}
