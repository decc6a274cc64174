package io.hawkermq.testkit;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
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

    /// For all connections, those to come included. It is so on return.
    void partition(Set<Direction> directions) {
        Set<Direction> wanted = directions.isEmpty() ? Set.of() : EnumSet.copyOf(directions);
        partitioned = wanted;
        forEach(tap -> true, tap -> tap.partition(wanted));
    }

    /// Closes the connections of a client. They are closed on return.
    ///
    /// @param clientId null for all connections
    /// @return how many there were
    int cut(@Nullable String clientId) {
        return forEach(tap -> clientId == null || clientId.equals(tap.clientId()), Tap::cut);
    }

    /// Closes the connections that no client has been accepted on.
    void cutStrangers() {
        forEach(tap -> !tap.isAccepted(), Tap::cut);
    }

    private int forEach(Predicate<Tap> which, Consumer<Tap> action) {
        List<CompletableFuture<@Nullable Void>> under = new ArrayList<>();
        for (Tap tap : open) {
            if (which.test(tap)) {
                under.add(tap.execute(() -> action.accept(tap)));
            }
        }
        under.forEach(CompletableFuture::join);
        return under.size();
    }
}
