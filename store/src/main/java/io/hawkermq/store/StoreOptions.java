package io.hawkermq.store;

import java.time.Duration;

/// How a [DurableStore] works.
///
/// @param durability when a change counts as durable
/// @param blockCacheBytes read cache, shared by all that is read
/// @param memoryTableBytes of one of the tables in which changes gather before they become a file;
///     there are at most three
/// @param headRoomBytes free space below which nothing new is accepted; a quarter of it is set aside
///     in a file, so that removals can go on when the disk is full
/// @param mostPendingChanges handed in and not yet written; above it nothing new is accepted
/// @param attempts to write after an error, before it is called lasting
/// @param retryDelay between these attempts; thirty times as long afterwards
public record StoreOptions(
        Durability durability,
        long blockCacheBytes,
        long memoryTableBytes,
        long headRoomBytes,
        int mostPendingChanges,
        int attempts,
        Duration retryDelay) {
    public static final StoreOptions DEFAULT =
            new StoreOptions(
                    Durability.ALWAYS,
                    8L << 20,
                    16L << 20,
                    64L << 20,
                    2_000_000,
                    5,
                    Duration.ofSeconds(1));

    public StoreOptions withDurability(Durability value) {
        return new StoreOptions(
                value,
                blockCacheBytes,
                memoryTableBytes,
                headRoomBytes,
                mostPendingChanges,
                attempts,
                retryDelay);
    }

    public StoreOptions withMemory(long forBlockCache, long forMemoryTable) {
        return new StoreOptions(
                durability,
                forBlockCache,
                forMemoryTable,
                headRoomBytes,
                mostPendingChanges,
                attempts,
                retryDelay);
    }

    public StoreOptions withHeadRoom(long bytes) {
        return new StoreOptions(
                durability,
                blockCacheBytes,
                memoryTableBytes,
                bytes,
                mostPendingChanges,
                attempts,
                retryDelay);
    }

    public StoreOptions withMostPendingChanges(int value) {
        return new StoreOptions(
                durability,
                blockCacheBytes,
                memoryTableBytes,
                headRoomBytes,
                value,
                attempts,
                retryDelay);
    }

    public StoreOptions withRetries(int withAttempts, Duration withDelay) {
        return new StoreOptions(
                durability,
                blockCacheBytes,
                memoryTableBytes,
                headRoomBytes,
                mostPendingChanges,
                withAttempts,
                withDelay);
    }
}
