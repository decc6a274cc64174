package io.hawkermq.cli.load;

import org.HdrHistogram.Histogram;

/// What a run counts, since it began or since the last second. Times are nanoseconds.
final class Tally {
    /// Two digits: half a per cent, in a few tens of kilobytes.
    private static final int DIGITS = 3;

    long published;
    long acknowledged;
    long received;
    long connections;

    /// Sent when it was due although nothing but this program stood in its way.
    final Histogram late = histogram();

    /// From when it was due to when the last byte of it was read, or the connection accepted.
    final Histogram latency = histogram();

    /// From when it was due to its last acknowledgement.
    final Histogram acknowledgement = histogram();

    private static Histogram histogram() {
        Histogram h = new Histogram(DIGITS);
        h.setAutoResize(true);
        return h;
    }

    void add(Tally other) {
        published += other.published;
        acknowledged += other.acknowledged;
        received += other.received;
        connections += other.connections;
        late.add(other.late);
        latency.add(other.latency);
        acknowledgement.add(other.acknowledgement);
    }

    void clear() {
        published = 0;
        acknowledged = 0;
        received = 0;
        connections = 0;
        late.reset();
        latency.reset();
        acknowledgement.reset();
    }
}
