package io.hawkermq.broker;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// Knows at once that a file of passwords or rules, or the configuration file, is another than the
/// one that was read.
///
/// A Java machine takes 0.4 to 10 ms from SIGHUP to the first line of Java, and a client on the same
/// machine is logged in after 0.5 ms. Whoever changes a file, sends the signal and then connects
/// expects the new rules; the change itself can be seen before the signal, and a client that comes
/// then is kept waiting for it (see [io.hawkermq.broker.security.Changeover]).
///
/// Asked for each CONNECT; looks at the files once in [#LOOK_NANOS] at most, at 3 us a file.
final class ChangedFiles implements BooleanSupplier {
    private static final long LOOK_NANOS = 200_000;

    private final AtomicLong lookedAt = new AtomicLong(System.nanoTime());
    private volatile Map<Path, FileState> known = Map.of();
    private volatile Map<Path, FileState> read = Map.of();

    /// What these files are now.
    void take(Collection<Path> files) {
        known = FileState.of(files);
        read = known;
    }

    /// What those of these files are now that are not known yet; the others must be as they were.
    void add(Collection<Path> files) {
        Map<Path, FileState> all = FileState.of(files);
        all.putAll(known);
        all.keySet().retainAll(files);
        known = all;
        read = all;
    }

    /// Those that are other than they were when they were read.
    List<Path> changed() {
        Map<Path, FileState> before = read;
        Map<Path, FileState> now = FileState.of(before.keySet());
        return before.keySet().stream()
                .filter(f -> !Objects.equals(before.get(f), now.get(f)))
                .toList();
    }

    /// True once for each change.
    @Override
    public boolean getAsBoolean() {
        long now = System.nanoTime();
        long last = lookedAt.get();
        if (now - last < LOOK_NANOS || !lookedAt.compareAndSet(last, now)) {
            return false;
        }
        Map<Path, FileState> before = known;
        Map<Path, FileState> seen = FileState.of(before.keySet());
        if (seen.equals(before)) {
            return false;
        }
        known = seen;
        return true;
    }
}
