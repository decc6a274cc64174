package io.hawkermq.client;

import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketDecoder;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.TopicNames;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// An open [Outbox]: a log of what happened to each message, and what follows from it in memory.
///
/// A record is its length (4 bytes), its CRC-32C (4 bytes) and its body: a type, the message's
/// number (8 bytes), and what the type needs. Records collect in memory and [#commit] writes them
/// at once, before anything that depends on them leaves: PUBLISH after STARTED, PUBREL after
/// RELEASED. Since records are in order, an identifier that is used again has its earlier DONE on
/// disk. The log is written anew when most of it is about messages that are done.
///
/// Owned by the client's loop.
final class OutboxFile {
    private static final System.Logger LOG = System.getLogger("io.hawkermq.client");
    private static final int HEADER = 8;
    private static final int SHORTEST_BODY = 9;

    /// The log is not written anew before it has this many bytes.
    private static final long LEAST_TO_COMPACT = 4L << 20;

    private static final byte PUT = 1;
    private static final byte STARTED = 2;
    private static final byte RELEASED = 3;
    private static final byte DONE = 4;

    /// How far a message has come.
    static final class Entry {
        final long id;
        final Message message;

        /// 0 before it was sent, and while it waits to be sent as new.
        int packetId;

        /// PUBREC has come: it must not be sent again.
        boolean isReleased;

        private final int size;

        private Entry(long id, Message message, int size) {
            this.id = id;
            this.message = message;
            this.size = size;
        }
    }

    private final Path file;
    private final Path folder;
    private final boolean isForced;
    private final FileChannel lockChannel;
    private final FileLock lock;
    private FileChannel channel;
    private final ByteWriter batch = new ByteWriter(0, Integer.MAX_VALUE - 16);

    /// In the order in which they were put.
    private final Map<Long, Entry> live = new LinkedHashMap<>();

    /// Those that were sent, in the order in which they were.
    private final Map<Long, Entry> started = new LinkedHashMap<>();

    private long liveBytes;
    private long fileBytes;
    private long lastId;

    OutboxFile(Outbox outbox) throws IOException {
        folder = outbox.folder();
        file = folder.resolve("outbox.log");
        isForced = outbox.durability() == Outbox.Durability.FORCED;
        Files.createDirectories(folder);
        lockChannel =
                FileChannel.open(
                        folder.resolve("outbox.lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        lock = lock(lockChannel, folder);
        try {
            Files.deleteIfExists(folder.resolve("outbox.new"));
            channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            recover(Files.readAllBytes(file));
        } catch (IOException e) {
            lockChannel.close();
            throw e;
        }
    }

    private static FileLock lock(FileChannel channel, Path folder) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
        } catch (OverlappingFileLockException e) {
            LOG.log(Level.TRACE, "a client of this process has it", e);
        }
        channel.close();
        throw new IOException("the outbox " + folder + " is in use by another client");
    }

    // ---- reading

    private void recover(byte[] bytes) throws IOException {
        int at = 0;
        int damaged = 0;
        int end = 0;
        while (at < bytes.length) {
            int next = record(bytes, at);
            if (next > 0) {
                damaged += at - end;
                at = next;
                end = at;
            } else {
                at++; // a sound record may follow; its checksum tells
            }
        }
        if (damaged > 0) {
            Path copy = folder.resolve("outbox.damaged-" + System.currentTimeMillis());
            Files.write(copy, bytes);
            LOG.log(
                    Level.ERROR,
                    damaged + " bytes of " + file + " are damaged; the whole is kept as " + copy);
        }
        freeTakenIdentifiers();
        fileBytes = end;
        if (end < bytes.length) {
            LOG.log(
                    Level.INFO,
                    (bytes.length - end) + " bytes at the end of " + file + " are cut off");
            channel.truncate(end);
        }
        channel.position(end);
        if (damaged > 0) {
            compact();
        }
    }

    /// Logs have been written in which a message that waits to be sent again keeps an identifier that
    /// another has by now: the later one has it.
    private void freeTakenIdentifiers() {
        Map<Integer, Entry> holders = new HashMap<>();
        for (Entry e : List.copyOf(started.values())) {
            Entry earlier = holders.put(e.packetId, e);
            if (earlier != null) {
                started(earlier, 0);
            }
        }
    }

    /// Takes the record at `at`.
    ///
    /// @return where the next one begins, 0 if there is none at `at`
    private int record(byte[] bytes, int at) {
        if (bytes.length - at < HEADER + SHORTEST_BODY) {
            return 0;
        }
        ByteBuffer b = ByteBuffer.wrap(bytes, at, bytes.length - at);
        int length = b.getInt();
        int sum = b.getInt();
        if (length < SHORTEST_BODY || length > b.remaining()) {
            return 0;
        }
        CRC32C crc = new CRC32C();
        crc.update(bytes, at + HEADER, length);
        if ((int) crc.getValue() != sum) {
            return 0;
        }
        byte type = b.get();
        long id = b.getLong();
        lastId = Math.max(lastId, id);
        Entry entry = live.get(id);
        switch (type) {
            case PUT -> {
                Message message = message(bytes, b.position(), at + HEADER + length);
                if (message != null) {
                    add(new Entry(id, message, HEADER + length));
                }
            }
            case STARTED -> {
                if (entry != null) {
                    started(entry, b.getShort() & 0xFFFF);
                }
            }
            case RELEASED -> {
                if (entry != null) {
                    entry.isReleased = true;
                }
            }
            case DONE -> remove(id);
            default -> LOG.log(Level.WARNING, "a record of an unknown type in " + file);
        }
        return at + HEADER + length;
    }

    private void add(Entry entry) {
        live.put(entry.id, entry);
        liveBytes += entry.size;
    }

    private void remove(long id) {
        Entry entry = live.remove(id);
        started.remove(id);
        if (entry != null) {
            liveBytes -= entry.size;
        }
    }

    /// A message is kept as the PUBLISH of 5.0 that it is.
    private static @Nullable Message message(byte[] bytes, int from, int to) {
        PacketDecoder decoder =
                PacketDecoder.forClient(
                        new TopicNames(), ProtocolVersion.MQTT_5, Integer.MAX_VALUE);
        try {
            byte[] connack = {0x20, 3, 0, 0, 0}; // what a decoder wants to see first
            decoder.feed(connack, 0, connack.length);
            decoder.next();
            decoder.stash();
            decoder.feed(bytes, from, to);
            if (!(decoder.next() instanceof Packet.Publish p) || p.topic() == null) {
                return null;
            }
            TopicName topic = p.topic();
            Message.Builder b = Message.to(topic).payload(p.payload()).qos(p.qos());
            if (p.retain()) {
                b.retain();
            }
            p.properties().forEach(b::with);
            return b.build();
        } catch (MalformedPacketException e) {
            LOG.log(Level.WARNING, "a message in the outbox cannot be read", e);
            return null;
        }
    }

    // ---- writing

    /// A message is accepted.
    ///
    /// @return its number
    /// @throws IllegalArgumentException if MQTT cannot express it; nothing of it is written
    long put(Message message) {
        long id = ++lastId;
        int at = begin(PUT, id);
        boolean isWritten = false;
        try {
            isWritten = write(message);
        } finally {
            if (!isWritten) {
                batch.truncate(at);
            }
        }
        if (!isWritten) {
            throw new IllegalArgumentException("the message is too large");
        }
        add(new Entry(id, message, finish(at)));
        return id;
    }

    private boolean write(Message message) {
        return PacketEncoder.encode(
                new Packet.Publish(
                        false,
                        message.qos(),
                        message.retain(),
                        message.topicName(),
                        message.qos() == QoS.AT_MOST_ONCE ? 0 : 1,
                        message.properties().without(Property.TOPIC_ALIAS),
                        message.payload()),
                ProtocolVersion.MQTT_5,
                PacketEncoder.LARGEST_PACKET,
                batch);
    }

    /// It is about to be sent under this identifier.
    void started(long id, int packetId) {
        Entry entry = live.get(id);
        if (entry != null) {
            started(entry, packetId);
            int at = begin(STARTED, id);
            batch.writeTwoBytes(packetId);
            finish(at);
        }
    }

    /// The server has lost its session: it waits to be sent as new, and its identifier is free for
    /// others.
    void waitsAgain(long id) {
        started(id, 0);
    }

    private void started(Entry entry, int packetId) {
        entry.packetId = packetId;
        started.remove(entry.id);
        if (packetId != 0) {
            started.put(entry.id, entry);
        }
    }

    /// PUBREC has come.
    void released(long id) {
        Entry entry = live.get(id);
        if (entry != null) {
            entry.isReleased = true;
            finish(begin(RELEASED, id));
        }
    }

    /// It is the server's now, or nobody's.
    void done(long id) {
        if (live.containsKey(id)) {
            remove(id);
            finish(begin(DONE, id));
        }
    }

    private int begin(byte type, long id) {
        int at = batch.length();
        batch.writeFourBytes(0);
        batch.writeFourBytes(0);
        batch.writeByte(type);
        batch.writeFourBytes(id >>> 32);
        batch.writeFourBytes(id);
        return at;
    }

    /// @return the record's size
    private int finish(int at) {
        int length = batch.length() - at - HEADER;
        CRC32C crc = new CRC32C();
        crc.update(batch.array(), at + HEADER, length);
        ByteBuffer.wrap(batch.array(), at, HEADER).putInt(length).putInt((int) crc.getValue());
        return HEADER + length;
    }

    boolean isDirty() {
        return !batch.isEmpty();
    }

    /// Writes what has collected; when it returns, it is as durable as was asked for.
    ///
    /// @throws IOException if the system cannot; then nothing may be sent that depends on it
    void commit() throws IOException {
        write(channel, batch);
        fileBytes += batch.length();
        batch.reset(64 * 1024);
        if (isForced) {
            channel.force(false);
        }
        if (fileBytes > LEAST_TO_COMPACT && liveBytes < fileBytes / 4) {
            compact();
        }
    }

    private static void write(FileChannel to, ByteWriter from) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(from.array(), 0, from.length());
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }

    /// Writes a log of the live messages only, and puts it in the place of the old one.
    private void compact() throws IOException {
        Path fresh = folder.resolve("outbox.new");
        List<Entry> inOrder = new ArrayList<>(live.values());
        List<Entry> sent = new ArrayList<>(started.values());
        live.clear();
        started.clear();
        liveBytes = 0;
        // The old numbers go with the old log; those in use stay.
        long highest = lastId;
        for (Entry e : inOrder) {
            lastId = e.id - 1;
            put(e.message);
        }
        lastId = highest;
        for (Entry e : sent) {
            started(e.id, e.packetId);
            if (e.isReleased) {
                released(e.id);
            }
        }
        FileChannel next =
                FileChannel.open(
                        fresh,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
        write(next, batch);
        fileBytes = batch.length();
        batch.reset(64 * 1024);
        next.force(true);
        Files.move(
                fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        channel.close();
        channel = next;
    }

    /// Those that were sent, in that order.
    List<Entry> sent() {
        return List.copyOf(started.values());
    }

    /// Those that wait to be sent, in the order in which they were put.
    List<Entry> unsent() {
        return live.values().stream().filter(e -> e.packetId == 0).toList();
    }

    int size() {
        return live.size();
    }

    /// What their records take.
    long liveBytes() {
        return liveBytes;
    }

    void close() throws IOException {
        channel.close();
        lock.release();
        lockChannel.close();
    }
}
