package io.hawkermq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Looks at the free space of the disk, so that the engine never hits the wall: RocksDB that met a
/// full disk must be opened again, and could not write the removals that make room.
///
/// A file of zeros, the ballast, keeps some room aside. It is given back when the disk is full and
/// made again when there is space.
final class Space {
    /// Looks how much space is left.
    interface Probe {
        long usableBytes() throws IOException;
    }

    private static final String NAME = "ballast";

    /// Space is looked at again after so much time, or a quarter of the head-room was written.
    private static final long INTERVAL_NANOS = 200_000_000L;

    private final Path ballast;
    private final long headRoom;
    private final Probe probe;
    private long writtenSince = Long.MAX_VALUE / 2;
    private long lookedAt;
    private Level level = Level.ENOUGH;

    /// How much is left.
    enum Level {
        /// All is well.
        ENOUGH,
        /// Less than the head-room: nothing new is to be accepted, what was handed in is written.
        LOW,
        /// Nothing can be written.
        NONE
    }

    Space(Path directory, long headRoom, Probe probe) {
        this.ballast = directory.resolve(NAME);
        this.headRoom = headRoom;
        this.probe = probe;
    }

    static Probe of(Path directory) {
        return () -> Files.getFileStore(directory).getUsableSpace();
    }

    private long ballastBytes() {
        return headRoom / 4;
    }

    /// @param nanos the time
    /// @param bytes about to be written
    Level look(long nanos, long bytes) {
        writtenSince += bytes;
        if (level == Level.ENOUGH
                && writtenSince < headRoom / 4
                && nanos - lookedAt < INTERVAL_NANOS) {
            return level;
        }
        writtenSince = bytes;
        lookedAt = nanos;
        long usable = usable();
        if (level == Level.ENOUGH) {
            if (usable < headRoom) {
                dropBallast();
                usable = usable();
                level = Level.LOW;
            }
        } else if (usable > headRoom + headRoom / 4 + ballastBytes()) {
            // More than where it began, so that it does not go to and fro.
            level = Level.ENOUGH;
            makeBallast();
        }
        if (level != Level.ENOUGH) {
            level = usable < headRoom / 8 + bytes ? Level.NONE : Level.LOW;
        }
        return level;
    }

    /// The engine says that there is none, whatever the probe says.
    void exhausted() {
        dropBallast();
        level = Level.NONE;
    }

    private long usable() {
        try {
            return probe.usableBytes();
        } catch (IOException e) {
            // Not known: the write will tell.
            return Long.MAX_VALUE;
        }
    }

    /// Before the database is opened, which moves what stands in its log to a table and cannot do
    /// without the room.
    void beforeOpening() {
        if (usable() < headRoom) {
            dropBallast();
        }
    }

    /// Sets the ballast aside where there is room for it.
    void makeBallast() {
        long bytes = ballastBytes();
        try {
            if (Files.exists(ballast) && Files.size(ballast) == bytes
                    || usable() < headRoom + bytes) {
                return;
            }
            // Written, not only sized: a hole takes no room.
            try (FileChannel channel =
                    FileChannel.open(
                            ballast,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                ByteBuffer zeros = ByteBuffer.allocate(1 << 16);
                for (long left = bytes; left > 0; left -= zeros.limit()) {
                    zeros.clear().limit((int) Math.min(left, zeros.capacity()));
                    int limit = zeros.limit();
                    while (zeros.hasRemaining()) {
                        channel.write(zeros);
                    }
                    zeros.limit(limit);
                }
            }
        } catch (IOException e) {
            dropBallast();
        }
    }

    private void dropBallast() {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            // Then there is less room than there could be.
        }
    }
}
