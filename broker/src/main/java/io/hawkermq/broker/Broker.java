package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Connection;
import io.hawkermq.core.Counters;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Mailboxes;
import io.hawkermq.core.Outbox;
import io.hawkermq.core.Publications;
import io.hawkermq.core.Shard;
import io.hawkermq.core.SlotMove;
import io.hawkermq.core.Slots;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A running broker: loops with their shards, listeners, `$SYS`. This page is how it is all put
/// together.
///
/// ```java
/// try (Broker broker = Broker.start(BrokerOptions.local(0))) {
///     connect("127.0.0.1", broker.port());
/// }
/// ```
public final class Broker implements AutoCloseable {
    private static final long CLOSE_SECONDS = 5;

    /// The longest that a reload waits for an event loop.
    private static final long REVIEW_SECONDS = 5;

    private volatile BrokerOptions options;
    private final MultiThreadIoEventLoopGroup group;
    private final ThreadFactory loopThreads = new DefaultThreadFactory("hawker-loop");
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final List<Loop> loops = new ArrayList<>();
    private final Connections connections = new Connections();
    private final Clock clock = new Clock();
    private final Storage storage;
    private final Listening listening;
    private final SysPublisher sysPublisher;
    private final HttpApi http;
    private final Spreading spreading;
    private final ControlPlane control;
    private volatile Slots slots;
    private final AtomicInteger moves = new AtomicInteger();

    private Broker(BrokerOptions options, Storage storage) {
        this.options = options;
        this.slots = options.slots();
        this.storage = storage;
        this.spreading = new Spreading(this, options.slots(), IdleCores::ofLinux, storage::trouble);
        boolean isEpoll = Epoll.isAvailable();
        IoHandlerFactory io = isEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(options.loops(), this::loopThread, io);
        Mailboxes mailboxes = (from, to, batch) -> loops.get(to).post(from, batch);
        for (EventExecutor executor : group) {
            int number = loops.size();
            loops.add(
                    new Loop(
                            number,
                            options.loops(),
                            (IoEventLoop) executor,
                            options.limits(),
                            options.access(),
                            options.log(),
                            mailboxes,
                            storage.store(),
                            clock,
                            () -> spreading.relieve(number)));
        }
        control = new ControlPlane(this, options.control());
        SharedPopulation population = new SharedPopulation();
        for (Loop loop : loops) {
            loop.shard().slots(slots);
            loop.shard().publications(publications(loop));
            loop.shard().population(population);
            loop.shard().control(control);
        }
        listening = new Listening(this, loops.getFirst(), allocator());
        sysPublisher = new SysPublisher(this, clock);
        http = new HttpApi(this);
    }

    private Publications publications(Loop loop) {
        return switch (options.sparkplug()) {
            case UNAWARE -> options.publications();
            case AWARE -> new BirthCertificates(loop, options.publications());
        };
    }

    /// Starts a broker and returns when it accepts connections.
    ///
    /// @throws StartException if it cannot listen, or cannot use its directory or a file that a
    ///     listener needs
    public static Broker start(BrokerOptions options) throws StartException {
        NettySettings.apply(options.log());
        Broker broker = make(options, Storage.open(options));
        try {
            broker.http.open(options.httpListeners()); // says that the broker is not ready yet
            broker.storage.restore(broker.loops, broker.slots, broker.clock.millis());
            broker.listening.open();
            broker.sysPublisher.start();
            broker.http.ready();
            return broker;
        } catch (StartException | RuntimeException e) {
            // Its threads would go on, and with them the process.
            broker.close();
            throw e;
        }
    }

    private static Broker make(BrokerOptions options, Storage storage) {
        try {
            return new Broker(options, storage);
        } catch (RuntimeException e) { // event loops need file descriptors
            storage.close();
            throw e;
        }
    }

    /// Outbound buffers: one arena, because few loops are busy, in small chunks, because a quiet
    /// broker needs few. What the buffers of one busy turn need, some hundred, stays in the loop's
    /// own cache: an emptied chunk goes back to the system, and comes back at the price of a page
    /// fault for every 4 KiB.
    private PooledByteBufAllocator allocator() {
        int pageSize = 8_192;
        int maxOrder = 6; // chunks of 512 KiB
        int smallBuffers = 256; // of each size class
        int largestBuffers = 256; // of 32 KiB, so 8 MiB
        return new PooledByteBufAllocator(
                true, 0, options.loops(), pageSize, maxOrder, smallBuffers, largestBuffers, true);
    }

    private Thread loopThread(Runnable loop) {
        Thread thread = loopThreads.newThread(loop);
        threads.add(thread);
        return thread;
    }

    /// The port of the first listener.
    public int port() {
        return port(0);
    }

    /// The port of a listener of TCP.
    ///
    /// @param listener its place in [BrokerOptions#listeners]
    public int port(int listener) {
        return listening.port(listener);
    }

    /// The port of a listener of HTTP.
    ///
    /// @param listener its place in [BrokerOptions#httpListeners]
    public int httpPort(int listener) {
        return http.port(listener);
    }

    /// Reads the files of TLS of all listeners again: connections from now on get the new
    /// certificates, authorities and revocation lists, those that are open stay as they are. A
    /// listener whose files cannot be used goes on with what it has.
    ///
    /// @return a sentence for each such listener
    public List<String> reloadCertificates() {
        List<String> failures = new ArrayList<>(listening.reloadCertificates());
        failures.addAll(http.reloadCertificates());
        failures.forEach(failure -> options.log().log(LogLevel.ERROR, failure));
        return failures;
    }

    /// For questions and orders to the running broker.
    public Operator operator() {
        return new Operator(this);
    }

    /// Closes the listening sockets until [#resumeListening]; connections stay. Not while anybody
    /// else opens or closes them.
    public void pauseListening() {
        listening.pause();
    }

    /// Opens the sockets again, at the ports that they had.
    ///
    /// @throws StartException if somebody has taken a port meanwhile; the others are open then
    public void resumeListening() throws StartException {
        listening.resume();
    }

    BrokerOptions options() {
        return options;
    }

    /// What the listeners of some options need.
    record Change(Listening.Change mqtt, List<HttpApi.Prepared> http) {}

    /// Reads what the listeners of these options need, for [#change].
    ///
    /// @throws StartException if a file cannot be used; nothing has changed then
    Change prepare(BrokerOptions replacement) throws StartException {
        return new Change(
                listening.prepare(replacement.listeners()),
                http.prepare(replacement.httpListeners()));
    }

    /// Takes of these options what can change while the broker runs: the limits, the listeners and
    /// what they give new connections, the interval of `$SYS`, and what a connection may have
    /// unsent. Who came through a listener that is gone is disconnected. By any thread, one at a
    /// time.
    ///
    /// @param prepared for the same options
    /// @throws StartException if a listener cannot be opened; nothing has changed then, but for ports
    ///     that cannot be had again, each of which is told by a suppressed exception
    void change(BrokerOptions replacement, Change prepared) throws StartException {
        List<HttpApi.Prepared> before = http.inForce();
        try {
            // A port that spoke MQTT may go to HTTP, or the other way round.
            listening.makeRoom(
                    prepared.mqtt(),
                    replacement.httpListeners().stream()
                            .map(HttpListener::port)
                            .filter(p -> p != 0)
                            .collect(Collectors.toSet()));
            http.openOnly(prepared.http());
            listening.apply(prepared.mqtt());
        } catch (StartException | RuntimeException e) {
            Attempts undoing = new Attempts(e);
            undoing.make(() -> http.openOnly(before));
            undoing.make(() -> listening.restore(prepared.mqtt()));
            throw e;
        }
        options =
                options.with(o ->
                        o.listeners(listening.inForce())
                                .httpListeners(replacement.httpListeners())
                                .limits(replacement.limits())
                                .maximumConnections(replacement.maximumConnections())
                                .sysIntervalSeconds(replacement.sysIntervalSeconds())
                                .maximumOutboundBytes(replacement.maximumOutboundBytes()));
        for (Loop loop : loops) {
            loop.execute(() -> loop.shard().limits(replacement.limits()));
        }
        sysPublisher.start();
        List<OpenListener> removed = prepared.mqtt().removed();
        if (!removed.isEmpty()) {
            // First: who was let in before is dismissed, who comes later is not let in.
            removed.forEach(OpenListener::removed);
            var _ = tellOwners(loop -> loop.shard().dismiss(o -> isOf(removed, o)));
        }
    }

    private static boolean isOf(List<OpenListener> listeners, Outbox outbox) {
        return outbox instanceof SocketConnection connection
                && listeners.contains(connection.listener());
    }

    /// Closes the connections of clients who may not stay, because who may connect has changed. Not on
    /// a loop: returns when all loops have done so, or are too busy to. Who comes afterwards is not
    /// taken for one of those who were there before.
    void review(BiPredicate<AccessControl, AccessControl.Principal> mayStay) {
        try {
            tellOwners(loop -> loop.shard().review(mayStay)).get(REVIEW_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // The broker stops; or it goes on when the loop comes to it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<Loop> loops() {
        return loops;
    }

    Loop loopOf(String clientId) {
        return loops.get(slots.shardOf(clientId));
    }

    Clock clock() {
        return clock;
    }

    Storage storage() {
        return storage;
    }

    SysPublisher sysPublisher() {
        return sysPublisher;
    }

    Connections connections() {
        return connections;
    }

    Slots slots() {
        return slots;
    }

    /// Gives slots to other loops; only while all loops stand still.
    void move(Slots after) {
        List<Shard> shards = loops.stream().map(Loop::shard).toList();
        List<Connection> moved = SlotMove.apply(shards, slots, after);
        slots = after;
        moves.incrementAndGet(); // after the slots, for who looks at both
        for (Connection connection : moved) {
            ((SocketConnection) connection.outbox()).moveTo(loopOf(connection.clientId()));
        }
    }

    /// The loops that own sessions; the others' threads sleep, or were never started.
    List<Loop> activeLoops() {
        long active = slots.activeShards();
        return loops.stream().filter(l -> (active & 1L << l.number()) != 0).toList();
    }

    /// Has all sessions looked at: asks the loops that own them, and all of them once more if sessions
    /// have moved before the last had answered. One that moves meanwhile is else on a loop that is never
    /// asked, or on one that was asked before it came. What is asked must not mind to be asked again.
    ///
    /// @return one answer of each loop; exceptionally if one fails or has ended
    <T> CompletableFuture<List<T>> askOwners(Function<Loop, T> question) {
        int before = moves.get();
        List<CompletableFuture<T>> answers =
                activeLoops().stream().map(loop -> loop.ask(question)).toList();
        CompletableFuture<Void> all =
                CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
        return all.handle((_, _) -> moves.get() == before)
                .thenCompose(isWhole ->
                        isWhole
                                ? all.thenApply(
                                        _ -> answers.stream().map(CompletableFuture::join).toList())
                                : askOwners(question));
    }

    /// As [#askOwners] about a single session.
    ///
    /// @param question false if the session is not there
    CompletableFuture<Boolean> askOwner(String clientId, Function<Loop, Boolean> question) {
        int before = moves.get();
        return loopOf(clientId)
                .ask(question)
                .thenCompose(isDone ->
                        isDone || moves.get() == before
                                ? CompletableFuture.completedFuture(isDone)
                                : askOwner(clientId, question));
    }

    /// As [#askOwners], for what is to be done to all sessions; a second time must do nothing more.
    CompletableFuture<List<Loop>> tellOwners(Consumer<Loop> order) {
        return askOwners(loop -> {
            try {
                order.accept(loop);
            } catch (RuntimeException e) { // the others are told nevertheless
                options.log().log(LogLevel.ERROR, "Internal error: " + Stacks.of(e));
            }
            return loop;
        });
    }

    /// The counters of all shards together, gathered on their loops.
    CompletableFuture<Counters> counters() {
        return askOwners(loop -> loop.shard().snapshot())
                .thenApply(all -> {
                    Counters sum = new Counters();
                    all.forEach(sum::add);
                    return sum;
                });
    }

    /// How long each loop that owns sessions has worked, in nanoseconds, by its number.
    CompletableFuture<Map<Integer, Long>> worked() {
        return askOwners(loop -> Map.entry(loop.number(), loop.worked()))
                .thenApply(all -> {
                    Map<Integer, Long> worked = new TreeMap<>();
                    all.forEach(one -> worked.put(one.getKey(), one.getValue()));
                    return worked;
                });
    }

    /// Stops: no new connections, a DISCONNECT to every client that understands one, then the
    /// loops. Returns when all is closed, after at most a few seconds.
    @Override
    public void close() {
        http.close();
        sysPublisher.close();
        control.close();
        spreading.close();
        listening.close();
        var _ = tellOwners(Loop::shutDown);
        connections.awaitClosed(CLOSE_SECONDS);
        group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        awaitThreads();
        storage.close();
    }

    /// The group says that it has ended when its threads still have their last lines to run.
    private void awaitThreads() {
        try {
            for (Thread thread : threads) {
                thread.join(Duration.ofSeconds(CLOSE_SECONDS));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
