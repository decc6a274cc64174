package io.hawkermq.broker;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Looks every [#LOOK_MILLIS] whether files have changed, and tells once they have stayed the same
/// for [#SETTLE_MILLIS], so that a file is not read while it is written. What counts is the time,
/// the size and the identity of what a name leads to: mounted volumes exchange a symbolic link,
/// which the system's own notices of a directory would not tell.
///
/// Owns one virtual thread from [#start] until [#close].
final class WatchedFiles implements AutoCloseable {
    static final long LOOK_MILLIS = 2_000;
    static final long SETTLE_MILLIS = 500;

    private final Supplier<? extends Collection<Path>> files;
    private final Runnable whenChanged;
    private final long lookMillis;
    private final long settleMillis;
    private @Nullable Thread thread;

    /// @param files asked at each look; directories may be among them
    /// @param whenChanged called on the thread of this object
    WatchedFiles(Supplier<? extends Collection<Path>> files, Runnable whenChanged) {
        this(files, whenChanged, LOOK_MILLIS, SETTLE_MILLIS);
    }

    WatchedFiles(
            Supplier<? extends Collection<Path>> files,
            Runnable whenChanged,
            long lookMillis,
            long settleMillis) {
        this.files = files;
        this.whenChanged = whenChanged;
        this.lookMillis = lookMillis;
        this.settleMillis = settleMillis;
    }

    /// What is there now counts as known.
    void start() {
        Map<Path, FileState> known = states();
        thread = Thread.ofVirtual().name("hawker-watch").start(() -> run(known));
    }

    private void run(Map<Path, FileState> first) {
        Map<Path, FileState> known = first;
        try {
            while (true) {
                Thread.sleep(lookMillis);
                Map<Path, FileState> now = states();
                if (now.equals(known)) {
                    continue;
                }
                boolean isOther = hasChanged(known, now);
                Map<Path, FileState> settled = isOther ? settled(now) : now;
                known = settled;
                if (isOther) {
                    whenChanged.run();
                }
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    /// False if a reload only watches other files now.
    private static boolean hasChanged(Map<Path, FileState> known, Map<Path, FileState> now) {
        return now.entrySet().stream()
                .anyMatch(e ->
                        known.containsKey(e.getKey())
                                && !e.getValue().equals(known.get(e.getKey())));
    }

    private Map<Path, FileState> settled(Map<Path, FileState> seen) throws InterruptedException {
        Map<Path, FileState> before = seen;
        while (true) {
            Thread.sleep(settleMillis);
            Map<Path, FileState> now = states();
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private Map<Path, FileState> states() {
        return FileState.of(files.get());
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
