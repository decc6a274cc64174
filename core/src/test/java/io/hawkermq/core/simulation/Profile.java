package io.hawkermq.core.simulation;

import io.hawkermq.core.Limits;
import java.util.random.RandomGenerator;

/// What kind of run a seed makes.
///
/// @param shards 1 to 4
/// @param clients how many there are
/// @param actions how many each client takes
/// @param thinkMillis the most that a client waits between two actions
/// @param latency the most that bytes need from one end to the other, in milliseconds
/// @param pieceBytes the largest piece in which bytes arrive
/// @param outboundBytes from how many unsent bytes on a connection is not writable
/// @param breaks how often of 1,000 actions a connection breaks
/// @param stays of 100 sessions how many are persistent
/// @param drops whether limits are so small that messages may be dropped
record Profile(
        int shards,
        int clients,
        int actions,
        int thinkMillis,
        int latency,
        int pieceBytes,
        int outboundBytes,
        int breaks,
        int stays,
        Drops drops,
        Limits limits) {
    enum Drops {
        NEVER,
        ALLOWED
    }

    /// Mostly so few subscriptions of ended sessions go in one turn that those of a session with several
    /// linger. Not drawn: what a seed means does not depend on it.
    Profile {
        int endedSubscriptions = actions % 8 == 0 ? 256 : 1 + actions % 2;
        limits = limits.with(l -> l.endedSubscriptions(endedSubscriptions));
    }

    static Profile of(RandomGenerator random) {
        Drops drops = random.nextInt(4) == 0 ? Drops.ALLOWED : Drops.NEVER;
        int outboundBytes = drops == Drops.NEVER ? 1 << 20 : pick(random, 100, 400, 2_000, 1 << 20);
        return new Profile(
                pick(random, 1, 2, 2, 3, 4),
                2 + random.nextInt(6),
                20 + random.nextInt(60),
                pick(random, 20, 200, 2_000),
                pick(random, 0, 2, 20, 100),
                pick(random, 1, 8, 64, 4_096, 65_536),
                outboundBytes,
                pick(random, 0, 10, 40, 120),
                pick(random, 0, 50, 90, 100),
                drops,
                limits(random, drops));
    }

    /// The same with more sessions that outlive their connections, and mostly with so little of their
    /// queues on the heap that pages come and go all the time.
    Profile lasting(RandomGenerator random) {
        return new Profile(
                shards,
                clients,
                actions,
                thinkMillis,
                latency,
                pieceBytes,
                outboundBytes,
                breaks,
                pick(random, 60, 90, 100),
                drops,
                limits.with(l ->
                        l.queueHead(pick(random, 1, 2, 5, 1_000))
                                .queueHeadOffline(pick(random, 1, 2, 5, 16))
                                .maximumUnstoredBytes(pick(random, 300, 2_000, 1 << 22, 1 << 22))));
    }

    private static Limits limits(RandomGenerator random, Drops drops) {
        boolean isTight = drops == Drops.ALLOWED;
        // In this order: what a seed means depends on it.
        return Limits.DEFAULT.with(l ->
                l.receiveMaximum(pick(random, 1, 2, 5, 20))
                        .widestWindow(pick(random, 1, 20, 1_000))
                        .topicAliasMaximum(pick(random, 0, 1, 3, 10))
                        .topicAliasMaximumBroker(pick(random, 0, 1, 3, 10))
                        .maximumQueuedMessages(isTight ? pick(random, 1, 3, 10, 1_000) : 100_000)
                        .maximumQueuedBytes(isTight ? pick(random, 0, 500, 5_000) : 0)
                        .maximumOfflineBytes(isTight ? pick(random, 1_000, 1 << 30) : 1 << 30)
                        .maximumWaitingBytes(pick(random, 300, 2_000, 1 << 28, 1 << 28))
                        .maximumKeepAlive(pick(random, 20, 65_535))
                        .streamBatch(pick(random, 1, 2, 16, 128))
                        .atMostOnce(
                                random.nextInt(3) == 0
                                        ? Limits.AtMostOnce.QUEUED
                                        : Limits.AtMostOnce.DROPPED));
    }

    static int pick(RandomGenerator random, int... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
