package io.hawkermq.store;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a store held when it was opened.
///
/// @param damaged records that could not be read
/// @param dangling deliveries and subscriptions whose session or message is lost
/// @param losses what was lost, a sentence each, at most [#MOST_LOSSES]; empty if nothing was
/// @param quarantine where the damaged files or records are kept, null if nothing was damaged
public record RecoveryReport(
        long sessions,
        long subscriptions,
        long deliveries,
        long packetIds,
        long retained,
        long forwards,
        long bodies,
        long damaged,
        long dangling,
        List<String> losses,
        @Nullable Path quarantine) {
    /// Further losses are counted only.
    public static final int MOST_LOSSES = 100;

    public boolean isWhole() {
        return damaged == 0 && dangling == 0 && losses.isEmpty();
    }
}
