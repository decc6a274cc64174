package io.hawkermq.testkit;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// All open connections, with what happens to them.
final class Taps {
    private final Faults faults;
    private final Set<Tap> open = ConcurrentHashMap.newKeySet();
    private volatile Set<Direction> partitioned = Set.of();

    Taps(Faults faults) {
        this.faults = faults;
    }

    Faults faults() {
        return faults;
    }

    /// On the connection's loop.
    void add(Tap tap) {
        open.add(tap);
        tap.partition(partitioned);
    }

    void remove(Tap tap) {
        open.remove(tap);
    }

    /// For all connections, those to come included.
    void partition(Set<Direction> directions) {
        partitioned = directions.isEmpty() ? Set.of() : EnumSet.copyOf(directions);
        for (Tap tap : open) {
            tap.execute(() -> tap.partition(partitioned));
        }
    }

    /// Closes the connections of a client.
    ///
    /// @param clientId null for all connections
    /// @return how many there were
    int cut(@Nullable String clientId) {
        int count = 0;
        for (Tap tap : open) {
            if (clientId == null || clientId.equals(tap.clientId())) {
                count++;
                tap.execute(tap::cut);
            }
        }
        return count;
    }

    /// Closes the connections that no client has been accepted on.
    void cutStrangers() {
        for (Tap tap : open) {
            if (!tap.isAccepted()) {
                tap.execute(tap::cut);
            }
        }
    }
}
