package io.hawkermq.cli.load;

import io.hawkermq.client.Tls;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// All connections of a run on one thread: each turn reads what has come, lets the plan send what is
/// due, and writes what was collected, once for each connection.
///
/// It knows how long it had work to do, for a generator without a moment's rest measures itself.
/// Waiting is left to the selector, whose clock has milliseconds; when something is due sooner than
/// that the loop looks again and again instead, and offers its processor to others in between.
final class LoadLoop implements AutoCloseable {
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000_000_000;
    private static final int SMALLEST_INPUT = 512 * 1_024;
    private static final int LARGEST_PACKET = 268_435_460;

    /// A quiet connection gives back what is larger.
    private static final int ROOM = 128 * 1_024;

    private final LoadOptions options;
    private final InetAddress address;
    private final @Nullable Tls tls;
    private final Selector selector;
    private final ByteBuffer scratch = Line.Secured.scratch();
    private final ByteWriter writer = new ByteWriter(1_024, LARGEST_PACKET);
    private byte[] bytes = new byte[SMALLEST_INPUT];
    private ByteBuffer input = ByteBuffer.wrap(bytes);
    private final List<LoadConnection> connections = new ArrayList<>();
    private final ArrayDeque<Duty> queue = new ArrayDeque<>();
    private List<LoadConnection> dirty = new ArrayList<>();
    private List<LoadConnection> flushing = new ArrayList<>();

    private long now = System.nanoTime();
    private long idle;
    private int opening;
    private int opened;
    private int addressIndex;
    private int sessions;
    private long firstOpening;
    private long failures;
    private @Nullable String firstFailure;

    LoadLoop(LoadOptions options) throws IOException {
        this.options = options;
        this.address = InetAddress.getByName(options.host);
        this.tls = options.isTls() ? options.tls() : null;
        this.selector = Selector.open();
    }

    LoadOptions options() {
        return options;
    }

    /// The time when this turn, or what has just been read, began.
    long now() {
        return now;
    }

    void tick() {
        now = System.nanoTime();
    }

    /// Nanoseconds without anything to do, since the beginning.
    long idle() {
        return idle;
    }

    long failures() {
        return failures;
    }

    @Nullable String firstFailure() {
        return firstFailure;
    }

    void failed(String why) {
        failures++;
        if (firstFailure == null) {
            firstFailure = why;
        }
    }

    // ---- what connections need ----

    ByteBuffer input(int rest) {
        if (input.capacity() - rest < Line.LEAST_ROOM) {
            bytes = new byte[2 * rest + SMALLEST_INPUT];
            input = ByteBuffer.wrap(bytes);
        }
        return input.clear();
    }

    /// What [#input] has written to.
    byte[] bytes() {
        return bytes;
    }

    ByteWriter writer() {
        return writer;
    }

    int largestRoom() {
        return ROOM;
    }

    void dirty(LoadConnection c) {
        dirty.add(c);
    }

    Packet connect(int sessionExpiryInterval) {
        String password = options.password;
        return new Packet.Connect(
                options.version,
                false,
                true,
                options.keepAlive,
                "",
                null,
                options.userName,
                password == null ? null : password.getBytes(StandardCharsets.UTF_8),
                sessionExpiryInterval == 0
                        ? Properties.NONE
                        : Properties.of(
                                Property.SESSION_EXPIRY_INTERVAL, (long) sessionExpiryInterval));
    }

    void accepted() {
        opening--;
    }

    void closed(LoadConnection c) {
        if (!c.isAccepted()) {
            opening--;
        }
    }

    /// Opens a connection when its turn has come, by `--connect-rate` and `--connecting`.
    void open(Duty duty) {
        if (firstOpening == 0) {
            firstOpening = now;
        }
        queue.add(duty);
    }

    /// Opens a connection at once.
    ///
    /// @param began when it was due
    void openNow(Duty duty, long began) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opening++;
        LoadConnection c;
        try {
            if (!options.addresses.isEmpty()) {
                String own = options.addresses.get(addressIndex++ % options.addresses.size());
                channel.bind(new InetSocketAddress(InetAddress.getByName(own), 0));
            }
            Line line =
                    tls == null
                            ? new Line.Plain(channel)
                            : new Line.Secured(
                                    channel, tls.engine(options.host, session()), scratch);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            c = new LoadConnection(this, channel, key, line, duty, began);
            key.attach(c);
            if (options.scenario != Scenario.CONNECT) {
                connections.add(c);
            }
            if (channel.connect(new InetSocketAddress(address, options.port))) {
                key.interestOps(SelectionKey.OP_CONNECT | SelectionKey.OP_WRITE);
            }
        } catch (IOException e) {
            opening--;
            channel.close();
            throw e;
        }
    }

    /// The port by which the TLS layer finds sessions to resume. Many clients are many strangers:
    /// unless told otherwise no connection knows of another.
    private int session() {
        return options.isResuming ? options.port : ++sessions;
    }

    /// @return when the next may be opened
    private long openDue() throws IOException {
        double rate = options.connectRate;
        while (!queue.isEmpty() && opening < options.connecting) {
            long due = rate == 0 ? now : firstOpening + (long) (opened * (SECOND / rate));
            if (due > now) {
                return due;
            }
            opened++;
            openNow(queue.remove(), due);
        }
        return Plan.NEVER;
    }

    // ---- the loop ----

    /// Runs until the plan is over.
    ///
    /// @param second called each second with the time
    void run(Plan plan, LongConsumer second) throws IOException {
        tick();
        plan.begin();
        long nextSecond = now + SECOND;
        long pings = 0;
        while (!plan.isOver()) {
            tick();
            long wake = Math.min(openDue(), plan.turn(now));
            flush();
            if (now >= nextSecond) {
                second.accept(now);
                ping(pings++);
                nextSecond += SECOND;
            }
            await(dirty.isEmpty() ? Math.min(wake, nextSecond) : now);
        }
        flush();
    }

    private void flush() {
        List<LoadConnection> these = dirty;
        dirty = flushing;
        flushing = these;
        for (LoadConnection c : these) {
            c.turnEnds();
        }
        these.clear();
    }

    // The broker may want this processor while this thread only looks at the clock.
    @SuppressWarnings("ThreadPriorityCheck")
    private void await(long until) throws IOException {
        int count = selector.selectNow();
        long before = System.nanoTime();
        if (count == 0 && until - before >= 2 * MILLISECOND) {
            count = selector.select((until - before) / MILLISECOND - 1);
            idle += System.nanoTime() - before;
        }
        while (count == 0 && before < until) {
            Thread.yield();
            count = selector.selectNow();
            long after = System.nanoTime();
            idle += after - before;
            before = after;
        }
        if (count > 0) {
            Set<SelectionKey> keys = selector.selectedKeys();
            for (SelectionKey key : keys) {
                ready(key);
            }
            keys.clear();
        }
    }

    private static void ready(SelectionKey key) {
        if (key.attachment() instanceof LoadConnection c && key.isValid()) {
            c.ready();
        }
    }

    private void ping(long second) {
        int period = Math.max(1, options.keepAlive * 3 / 4);
        for (int i = (int) (second % period); i < connections.size(); i += period) {
            LoadConnection c = connections.get(i);
            if (c.isAccepted() && !c.isClosed()) {
                c.send(new Packet.Pingreq());
            }
        }
        flush();
    }

    /// Says goodbye on all connections.
    @Override
    public void close() throws IOException {
        for (LoadConnection c : connections) {
            if (c.isAccepted() && !c.isClosed()) {
                c.disconnect();
            }
        }
        flush();
        for (LoadConnection c : connections) {
            c.close(null);
        }
        selector.close();
    }
}
