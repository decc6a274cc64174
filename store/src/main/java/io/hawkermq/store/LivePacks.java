package io.hawkermq.store;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Finds the [Pack] of a record that is read again while somebody still knows it: two of them would
/// each write marks that lack what the other knows.
///
/// It holds none of them. A pack lives as long as a handle of one of its deliveries, or the next
/// commit, refers to it; when nobody does, its marks are written, and what is read from the disk is
/// all that there was to know.
///
/// Of the storage thread alone.
final class LivePacks {
    private record Key(long session, long first) {}

    private static final class Reference extends WeakReference<Pack> {
        final Key key;

        Reference(Pack pack, Key key, ReferenceQueue<Pack> queue) {
            super(pack, queue);
            this.key = key;
        }
    }

    private final Map<Key, Reference> packs = new HashMap<>();
    private final ReferenceQueue<Pack> forgotten = new ReferenceQueue<>();

    void add(Pack pack) {
        for (var r = forgotten.poll(); r != null; r = forgotten.poll()) {
            if (r instanceof Reference old) {
                packs.remove(old.key, old);
            }
        }
        Key key = new Key(pack.session(), pack.first());
        packs.put(key, new Reference(pack, key, forgotten));
    }

    /// Its records are gone.
    void remove(Pack pack) {
        packs.remove(new Key(pack.session(), pack.first()));
    }

    @Nullable Pack find(long session, long first) {
        Reference reference = packs.get(new Key(session, first));
        return reference == null ? null : reference.get();
    }
}
