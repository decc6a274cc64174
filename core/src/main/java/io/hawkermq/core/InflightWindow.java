package io.hawkermq.core;

import io.hawkermq.protocol.Sender;

/// How many deliveries at QoS 1 and 2 a client may have unacknowledged that acknowledges promptly: as
/// many as it does in about a second.
///
/// With twenty, where Mosquitto stays and this begins, a client that is far away waits for most of its
/// time, and one with many publishers is written to and read from for a few messages each time. But
/// what is in flight does not expire any more, and comes again when the connection breaks. So no client
/// has more of it than it handles in a second, nor more than [#WIDE_BYTES].
///
/// It is measured in rounds. One begins with the delivery that fills the window, and ends when that is
/// acknowledged. One of a second at most doubles the window, one of more than two halves it.
final class InflightWindow {
    /// Payload bytes in flight from which on the window is what it was in the beginning.
    static final int WIDE_BYTES = 256 * 1024;

    private static final long PROMPT_MILLIS = 1_000;

    private final int least;
    private final int most;
    private int size;
    private int lastOfRound;
    private long roundBegan;

    /// @param least what it is in the beginning, 1 or more
    /// @param most what it may become
    InflightWindow(int least, int most) {
        this.least = least;
        this.most = most;
        size = least;
    }

    /// Whether so many more may be begun, as far as the bytes in flight go.
    ///
    /// @param bytes of all but the last of them, or of all if there are several
    boolean admits(Sender<Delivery> sender, int deliveries, int bytes) {
        return sender.bytes() + bytes < WIDE_BYTES || sender.inFlight() + deliveries <= least;
    }

    /// The window is full.
    ///
    /// @param packetId of the delivery that filled it
    void filled(Sender<Delivery> sender, int packetId, long now) {
        if (lastOfRound == 0 || sender.find(lastOfRound) == null) {
            lastOfRound = packetId;
            roundBegan = now;
        }
    }

    /// A delivery is over.
    void completed(Sender<Delivery> sender, int packetId, long now) {
        if (packetId != lastOfRound) {
            return;
        }
        lastOfRound = 0;
        long took = now - roundBegan;
        int before = size;
        if (took <= PROMPT_MILLIS) {
            size = Math.min(most, 2 * size);
        } else if (took > 2 * PROMPT_MILLIS) {
            size = Math.max(least, size / 2);
        }
        sender.widen(size - before);
    }
}
