package io.hawkermq.core.simulation;

import io.hawkermq.core.Mailboxes;
import io.hawkermq.core.ShardMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Cores whose shards do not hear each other well.
final class MailboxMutants {
    private MailboxMutants() {}

    static void addTo(Map<String, Supplier<Mutation>> all) {
        all.put("loses a batch between shards", posted(15, (from, to, batch, real) -> {}));
        all.put(
                "repeats a batch between shards",
                posted(
                        15,
                        (from, to, batch, real) -> {
                            real.post(from, to, batch);
                            real.post(from, to, batch);
                        }));
        all.put(
                "reverses a batch between shards",
                posted(1, (from, to, batch, real) -> real.post(from, to, batch.reversed())));
        all.put("never tells that a filter is wanted", without(ShardMessage.Interested.class));
        all.put("never forwards a run", without(ShardMessage.ForwardRun.class));
        all.put("never tells of share members", without(ShardMessage.ShareMembers.class));
        all.put("never retains what another shard takes", without(ShardMessage.Retain.class));
        all.put("never answers with a page", without(ShardMessage.RetainedPage.class));
        all.put("never confirms a subscription", without(ShardMessage.Noted.class));
        all.put(
                "confirms a subscription before all know of it",
                () ->
                        new Mutation() {
                            @Override
                            public Mailboxes mailboxes(Mailboxes real) {
                                return new EagerMailboxes(real);
                            }
                        });
    }

    private interface Posting {
        void post(int from, int to, List<ShardMessage> batch, Mailboxes real);
    }

    private static Supplier<Mutation> posted(int nth, Posting posting) {
        return () ->
                new Mutation() {
                    private int count;

                    @Override
                    public Mailboxes mailboxes(Mailboxes real) {
                        return (from, to, batch) -> {
                            if (++count % nth == 0) {
                                posting.post(from, to, batch, real);
                            } else {
                                real.post(from, to, batch);
                            }
                        };
                    }
                };
    }

    private static Supplier<Mutation> without(Class<? extends ShardMessage> type) {
        return posted(
                1,
                (from, to, batch, real) -> {
                    List<ShardMessage> rest =
                            batch.stream().filter(m -> !type.isInstance(m)).toList();
                    if (!rest.isEmpty()) {
                        real.post(from, to, rest);
                    }
                });
    }

    /// Holds back each announcement until the next batch, but not the question whether it is known.
    private static final class EagerMailboxes implements Mailboxes {
        private final Mailboxes real;
        private final Map<Integer, List<ShardMessage>> held = new HashMap<>();

        EagerMailboxes(Mailboxes real) {
            this.real = real;
        }

        @Override
        public void post(int from, int to, List<ShardMessage> batch) {
            List<ShardMessage> now = new ArrayList<>();
            List<ShardMessage> later = new ArrayList<>();
            batch.forEach(m -> (m instanceof ShardMessage.Interested ? later : now).add(m));
            List<ShardMessage> before = held.put(from * 64 + to, later);
            if (before != null) {
                now.addAll(before);
            }
            if (!now.isEmpty()) {
                real.post(from, to, List.copyOf(now));
            }
        }
    }
}
