package io.hawkermq.mosquitto.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads one file: 15 bytes that tell what it is, four that nobody uses, four of the version, and
/// then chunks up to its end. A chunk is its type, the length of its body, and the body: that much is
/// alike in all versions but for the width of the type, 2 bytes before version 5 and 4 since. The
/// bodies are [ChunkReader]'s.
///
/// Memory is taken only for what the file's size shows to be there, and for no chunk longer than one
/// that Mosquitto can write.
final class DatabaseReader {
    static final int OLDEST = 2;
    static final int NEWEST = 6;

    /// A PUBLISH at its longest, and around it what a message's chunk has besides.
    private static final int LONGEST_MESSAGE = 268_435_455 + (1 << 18);

    /// Of all other chunks: two texts of 65,535 bytes and fields of fixed length. Subscription
    /// Identifiers are at most a few bytes each.
    private static final int LONGEST_OTHER = 1 << 20;

    /// Bytes of a Client Identifier.
    private static final int LONGEST_PUBLISHER = 65_535;

    private static final int MOST_PROBLEMS = 1_000;

    private static final byte[] MAGIC = {
        0, (byte) 0xB5, 0, 'm', 'o', 's', 'q', 'u', 'i', 't', 't', 'o', ' ', 'd', 'b'
    };

    private final PushbackInputStream in;
    private final long size;
    private final List<SavedSession> sessions = new ArrayList<>();
    private final List<SavedSubscription> subscriptions = new ArrayList<>();
    private final List<SavedMessage> messages = new ArrayList<>();
    private final List<SavedDelivery> deliveries = new ArrayList<>();
    private final List<Long> retained = new ArrayList<>();
    private final List<DatabaseProblem> problems = new ArrayList<>();
    private long problemCount;
    private long position;
    private boolean atShutdown;

    /// @param size bytes that `in` has
    DatabaseReader(InputStream in, long size) {
        this.in = new PushbackInputStream(in, LONGEST_PUBLISHER);
        this.size = size;
    }

    MosquittoDatabase read() throws IOException {
        int version = readHeader();
        ChunkReader chunks = new ChunkReader(version);
        while (position < size && readChunk(version, chunks)) {
            // The next one.
        }
        return new MosquittoDatabase(
                version,
                atShutdown,
                List.copyOf(sessions),
                List.copyOf(subscriptions),
                List.copyOf(messages),
                List.copyOf(deliveries),
                List.copyOf(retained),
                List.copyOf(problems),
                problemCount);
    }

    private int readHeader() throws IOException {
        int length = MAGIC.length + 8;
        byte[] header = in.readNBytes(length);
        position = header.length;
        int same = Math.min(header.length, MAGIC.length);
        if (same == 0 || !Arrays.equals(header, 0, same, MAGIC, 0, same)) {
            throw new MosquittoDatabaseException(
                    "this is no persistence file of Mosquitto: it does not begin like one");
        }
        if (header.length < length) {
            throw new MosquittoDatabaseException(
                    "the file ends after "
                            + header.length
                            + " bytes, within its header of "
                            + length);
        }
        long version = unsigned(header, length - 4, 4);
        if (version < OLDEST || version > NEWEST) {
            throw new MosquittoDatabaseException(
                    "the file is of version "
                            + version
                            + ", versions "
                            + OLDEST
                            + " to "
                            + NEWEST
                            + " can be read");
        }
        return (int) version;
    }

    /// @return false if nothing can be read after it
    private boolean readChunk(int version, ChunkReader chunks) throws IOException {
        long start = position;
        int typeLength = version < 5 ? 2 : 4;
        byte[] header = in.readNBytes(typeLength + 4);
        position += header.length;
        if (header.length < typeLength + 4) {
            problem(start, "the file ends within the header of a chunk");
            return false;
        }
        long type = unsigned(header, 0, typeLength);
        long length = unsigned(header, typeLength, 4);
        String name = ChunkReader.nameOf(type);
        long missing = Math.max(0, length - (size - position));
        boolean mayBeTooLong = version == 4 && type == ChunkReader.MESSAGE;
        if (missing > (mayBeTooLong ? LONGEST_PUBLISHER : 0)) {
            problem(
                    start,
                    name
                            + " should have "
                            + length
                            + " bytes, but only "
                            + (size - position)
                            + " follow; nothing could be read from here on");
            return false;
        }
        if (!ChunkReader.isKnown(type)) {
            problem(start, name + " is unknown; its " + length + " bytes were passed over");
            return skip(start, length);
        }
        int longest = type == ChunkReader.MESSAGE ? LONGEST_MESSAGE : LONGEST_OTHER;
        if (length > longest) {
            problem(
                    start,
                    name
                            + " has "
                            + length
                            + " bytes, at most "
                            + longest
                            + " make sense; it was passed over");
            return skip(start, length);
        }
        byte[] bytes = new byte[(int) (length - missing)];
        int there = in.readNBytes(bytes, 0, bytes.length);
        position += there;
        if (there < bytes.length) {
            problem(start, "the file has become shorter while it was read");
            return false;
        }
        readBody(start, type, new ChunkBody(bytes, missing), chunks, version);
        return true;
    }

    private boolean skip(long start, long length) throws IOException {
        long skipped = 0;
        while (skipped < length) {
            long n = in.skip(length - skipped);
            if (n <= 0) {
                problem(start, "the file has become shorter while it was read");
                return false;
            }
            skipped += n;
        }
        position += length;
        return true;
    }

    private void readBody(long start, long type, ChunkBody body, ChunkReader chunks, int version)
            throws IOException {
        try {
            switch ((int) type) {
                case ChunkReader.CONFIGURATION -> atShutdown = chunks.configuration(body);
                case ChunkReader.MESSAGE -> {
                    SavedMessage message = chunks.message(body);
                    messages.add(message);
                    if (version == 4) {
                        giveBack(body, message.publisher());
                    }
                }
                case ChunkReader.DELIVERY -> deliveries.add(chunks.delivery(body));
                case ChunkReader.RETAINED -> retained.add(body.opaque("the number of the message"));
                case ChunkReader.SUBSCRIPTION -> subscriptions.add(chunks.subscription(body));
                default -> sessions.add(chunks.session(body));
            }
        } catch (DamagedChunkException e) {
            problem(start, ChunkReader.nameOf(type) + " was left out: " + e.reason());
            return;
        }
        String flaw = chunks.takeFlaw();
        if (flaw != null) {
            problem(start, ChunkReader.nameOf(type) + ": " + flaw);
        }
        if (type != ChunkReader.CONFIGURATION && body.leftOver() > 0) {
            problem(
                    start,
                    ChunkReader.nameOf(type)
                            + " has "
                            + body.leftOver()
                            + " bytes after its last field");
        }
    }

    /// Mosquitto 1.5.6 and 1.5.7 count the publisher twice in a message's length: what was read of
    /// the chunks after it belongs to them.
    private void giveBack(ChunkBody body, String publisher) throws IOException {
        if (body.leftOver() == publisher.getBytes(StandardCharsets.UTF_8).length) {
            byte[] ofTheNext = body.takeLeftOver();
            in.unread(ofTheNext);
            position -= ofTheNext.length;
        }
    }

    private void problem(long offset, String description) {
        problemCount++;
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(new DatabaseProblem(offset, description));
        }
    }

    private static long unsigned(byte[] bytes, int from, int length) {
        long value = 0;
        for (int i = from; i < from + length; i++) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }
}
