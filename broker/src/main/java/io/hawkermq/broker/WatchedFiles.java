package io.hawkermq.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.LinkedHashMap;
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

    /// What is known of a file.
    ///
    /// @param key its identity, null if the system has none
    private record State(long millis, long size, @Nullable Object key) {
        static final State MISSING = new State(0, -1, null);

        static State of(Path file) {
            try {
                BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
                return new State(a.lastModifiedTime().toMillis(), a.size(), a.fileKey());
            } catch (IOException e) {
                return MISSING;
            }
        }
    }

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
        Map<Path, State> known = states();
        thread = Thread.ofVirtual().name("hawker-watch").start(() -> run(known));
    }

    private void run(Map<Path, State> first) {
        Map<Path, State> known = first;
        try {
            while (true) {
                Thread.sleep(lookMillis);
                Map<Path, State> now = states();
                if (now.equals(known)) {
                    continue;
                }
                boolean isOther = hasChanged(known, now);
                Map<Path, State> settled = isOther ? settled(now) : now;
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
    private static boolean hasChanged(Map<Path, State> known, Map<Path, State> now) {
        return now.entrySet().stream()
                .anyMatch(e ->
                        known.containsKey(e.getKey())
                                && !e.getValue().equals(known.get(e.getKey())));
    }

    private Map<Path, State> settled(Map<Path, State> seen) throws InterruptedException {
        Map<Path, State> before = seen;
        while (true) {
            Thread.sleep(settleMillis);
            Map<Path, State> now = states();
            if (now.equals(before)) {
                return now;
            }
            before = now;
        }
    }

    private Map<Path, State> states() {
        Map<Path, State> states = new LinkedHashMap<>();
        for (Path file : files.get()) {
            states.put(file, State.of(file));
        }
        return states;
    }

    @Override
    public void close() {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }
}
