package io.hawkermq.core;

/// Logs dropped messages without flooding the log: for each reason the first, then one line in ten
/// seconds with how many there were.
final class DropLog {
    private static final long PAUSE_MILLIS = 10_000;

    private final EventLog log;
    private final long[] quietUntil = new long[DropReason.values().length];
    private final long[] unreported = new long[DropReason.values().length];

    DropLog(EventLog log) {
        this.log = log;
    }

    /// @param clientId whose message it was, or would have been
    void dropped(DropReason reason, String clientId, long now) {
        int i = reason.ordinal();
        unreported[i]++;
        if (now < quietUntil[i]) {
            return;
        }
        quietUntil[i] = now + PAUSE_MILLIS;
        log.log(
                LogLevel.WARNING,
                "Dropped "
                        + unreported[i]
                        + (unreported[i] == 1 ? " message" : " messages")
                        + " ("
                        + reason.topicLevel()
                        + ", limit: "
                        + reason.limit()
                        + "), the last of client "
                        + clientId
                        + ".");
        unreported[i] = 0;
    }
}
