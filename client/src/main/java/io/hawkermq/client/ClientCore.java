package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One client on its loop: its life from attempt to attempt, and the seam between the program's
/// threads and the loop. [MqttClient] is its face, [ClientSession] its memory, [Connection] the
/// network connection of the moment.
///
/// What is not marked "from any thread" is for the loop only.
final class ClientCore implements ClientSession.Peer, Inbox.Delivery, Host {
    private static final System.Logger LOG = System.getLogger("io.hawkermq.client");

    /// A connection that lasts shorter counts as a failure: a server that accepts and closes at
    /// once, or two clients that take each other's session, are met with longer and longer waits.
    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final ClientOptions options;
    private final ClientGroup group;
    private final Loop loop;
    private final ClientSession session;
    private final Destination destination;
    private final PublishLimits limits;
    private final Publishing publishing;
    private final Callbacks callbacks;
    private final OutboxCommits outbox;
    private final ReadingPause readingPause;

    private volatile State state = new State.Disconnected(new Ending.NotConnected());

    private CompletableFuture<ConnectResult> connected = new CompletableFuture<>();
    private final CompletableFuture<Ending> closed = new CompletableFuture<>();
    private @Nullable Attempt attempt;
    private @Nullable Connection connection;
    private Loop.@Nullable Timer timer;
    private Loop.@Nullable Timer unclaimedTimer;
    private final List<Runnable> whenDrained = new ArrayList<>();
    private int failuresInARow;
    private boolean wasConnected;
    private long acceptedAt;
    private volatile String clientId;

    private long connections;
    private long failures;
    private long published;
    private long received;
    private long dropped;
    private long bytesSent;
    private long bytesReceived;

    ClientCore(ClientOptions options) {
        this.options = options;
        OutboxFile file = open(options.outbox());
        this.group = group(options);
        this.loop = group.nextLoop();
        this.outbox = new OutboxCommits(file, loop, this::outboxFailed);
        this.readingPause = new ReadingPause(loop, options.mostBuffered(), this::pause);
        this.destination = new Destination(options.server(), options.mostRedirections());
        this.session = new ClientSession(this, options.outboundAliases(), options.inboundAliases());
        this.limits = new PublishLimits(options.mostMessages(), options.mostBytes());
        this.publishing = new Publishing(this, loop, limits);
        this.callbacks = new Callbacks(group, this::failed);
        this.clientId = options.clientId();
        loop.execute(() -> loop.members().add(this));
    }

    private static ClientGroup group(ClientOptions options) {
        ClientGroup given = options.group();
        if (given != null) {
            return given;
        }
        return options.outbox() == null ? ClientGroup.shared() : ClientGroup.create(1);
    }

    private static @Nullable OutboxFile open(@Nullable Outbox outbox) {
        try {
            return outbox == null ? null : outbox.open();
        } catch (IOException e) {
            throw new ConnectionException(new Ending.OutboxFailed(e));
        }
    }

    ClientOptions options() {
        return options;
    }

    Loop loop() {
        return loop;
    }

    /// From any thread.
    ClientGroup group() {
        return group;
    }

    ClientSession session() {
        return session;
    }

    String clientId() {
        return clientId;
    }

    State state() {
        return state;
    }

    Publishing publishing() {
        return publishing;
    }

    CompletableFuture<Ending> closed() {
        return closed;
    }

    // ---- the life

    /// From any thread, for who waits: the loop completes it, so a listener may wait for it too.
    CompletableFuture<ConnectResult> connect() {
        CompletableFuture<ConnectResult> answer = new CompletableFuture<>();
        loop.execute(() -> connect(answer));
        return answer;
    }

    /// From any thread, for a program that hangs something on it.
    CompletableFuture<ConnectResult> connectAsync() {
        CompletableFuture<ConnectResult> answer = new CompletableFuture<>();
        follow(connect(), answer);
        return answer;
    }

    @SuppressWarnings("IfChainToSwitch") // see below
    private void connect(CompletableFuture<ConnectResult> answer) {
        // No pattern switch, as in Connection.
        if (state instanceof State.Closed s) {
            answer.completeExceptionally(new ConnectionException(s.ending()));
        } else if (state instanceof State.Connected s) {
            answer.complete(s.result());
        } else if (state instanceof State.Disconnected) {
            connected = new CompletableFuture<>();
            connected.whenComplete((result, failure) -> settle(answer, result, failure));
            failuresInARow = 0;
            destination.settled();
            outbox.restore(this, session, limits);
            attempt();
        } else {
            connected.whenComplete((result, failure) -> settle(answer, result, failure));
        }
    }

    /// What the program hangs on `target` may block, so it never runs on the loop or where time-outs
    /// are counted.
    <T> void follow(CompletableFuture<T> source, CompletableFuture<T> target) {
        source.whenComplete(
                (result, failure) -> callbacks.run(() -> settle(target, result, failure)));
    }

    private static <T> void settle(
            CompletableFuture<T> target, T result, @Nullable Throwable failure) {
        if (failure instanceof CompletionException e && e.getCause() != null) {
            target.completeExceptionally(e.getCause());
        } else if (failure != null) {
            target.completeExceptionally(failure);
        } else {
            target.complete(result);
        }
    }

    private void attempt() {
        enter(new State.Connecting(failuresInARow + 1));
        Attempt begun = new Attempt(this, options, destination.current());
        attempt = begun;
        timer =
                loop.schedule(
                        Loop.now() + Waiting.nanos(options.connectTimeout()),
                        this::connectTimedOut);
        group.start("mqtt-connect", begun);
    }

    private void connectTimedOut() {
        Attempt begun = attempt;
        Connection current = connection;
        Ending ending =
                new Ending.ConnectTimedOut(
                        destination.current().toString(), options.connectTimeout());
        if (begun != null) {
            attempt = null;
            begun.giveUp();
            ended(ending);
        } else if (current != null) {
            current.end(ending, null);
        }
    }

    /// From any thread.
    void attemptFailed(Attempt failed, Ending ending) {
        loop.execute(() -> {
            if (attempt == failed) {
                attempt = null;
                ended(ending);
            }
        });
    }

    /// From any thread.
    void opened(Attempt begun, Attempt.Opened opened) {
        loop.execute(() -> {
            if (attempt != begun || begun.isGivenUp()) {
                Attempt.closeQuietly(opened.layer().channel());
                return;
            }
            attempt = null;
            try {
                connection = new Connection(this, opened, !wasConnected);
            } catch (IOException e) {
                notBegun(opened, new Ending.Lost(e));
            } catch (IllegalArgumentException e) {
                // All else of CONNECT was checked when the client was built.
                notBegun(opened, new Ending.HookFailed(e));
            } catch (RuntimeException e) {
                notBegun(opened, new Ending.Defect(e));
            }
        });
    }

    private void notBegun(Attempt.Opened opened, Ending ending) {
        Attempt.closeQuietly(opened.layer().channel());
        ended(ending);
    }

    /// The server has accepted the connection.
    void accepted(ConnectResult result) {
        loop.cancel(timer);
        timer = null;
        connections++;
        acceptedAt = Loop.now();
        boolean isFirst = !wasConnected;
        wasConnected = true;
        destination.reached();
        clientId = result.clientId();
        enter(new State.Connected(result));
        session.online(result, this);
        if (result.sessionPresent() && isFirst) {
            // Of this process, or since the program has disconnected.
            loop.cancel(unclaimedTimer);
            unclaimedTimer =
                    loop.schedule(
                            Loop.now() + Waiting.nanos(options.operationTimeout()),
                            () -> session.inbox().giveUpUnclaimed());
        }
        if (readingPause.isPaused()) { // since an earlier connection
            pause(true);
        }
        connected.complete(result);
    }

    /// The connection, or the attempt to make one, is over.
    void ended(Ending ending) {
        loop.cancel(timer);
        timer = null;
        Connection last = connection;
        connection = null;
        if (last != null) {
            bytesSent += last.bytesWritten();
            bytesReceived += last.bytesRead();
        }
        session.offline();
        if (state instanceof State.Connected) {
            long lasted = Loop.now() - acceptedAt;
            if (lasted >= Math.min(Waiting.nanos(options.reconnect().most()), STEADY_NANOS)) {
                failuresInARow = 0;
            }
            if (lasted >= STEADY_NANOS) {
                destination.settled();
            }
        }
        Ending effective = ending;
        if (ending instanceof Ending.Redirected redirected) {
            effective = destination.redirected(redirected);
            if (effective == null) {
                attemptElsewhere(ending);
                return;
            }
        } else if (state instanceof State.Connecting
                && !(ending instanceof Ending.ByClient)
                && destination.failed()) {
            attemptElsewhere(ending);
            return;
        }
        endedForNow(effective);
    }

    /// A Server Reference is followed at once.
    private void attemptElsewhere(Ending ending) {
        if (state instanceof State.Connected) {
            connected = new CompletableFuture<>();
        }
        LOG.log(Level.DEBUG, () -> clientId + ": " + ending.text());
        enter(new State.Waiting(ending, failuresInARow + 1, Duration.ZERO));
        attempt();
    }

    private void endedForNow(Ending ending) {
        if (!(ending instanceof Ending.ByClient)) {
            failures++;
            failuresInARow++;
            LOG.log(Level.DEBUG, () -> clientId + ": " + ending.text());
        }
        Reconnect reconnect = options.reconnect();
        boolean isRetried =
                ending.isTransient()
                        && failuresInARow <= reconnect.attempts()
                        && reconnect.attempts() > 0
                        && (wasConnected || reconnect.first() == Reconnect.First.IS_REPEATED);
        if (!isRetried) {
            rest(ending);
            return;
        }
        if (options.offline() == ClientOptions.Offline.REFUSED) {
            session.failPending(new ConnectionException(ending));
        }
        Duration delay = reconnect.delay(failuresInARow, ThreadLocalRandom.current());
        if (state instanceof State.Connected) {
            connected = new CompletableFuture<>();
        }
        enter(new State.Waiting(ending, failuresInARow + 1, delay));
        timer = loop.schedule(Loop.now() + delay.toNanos(), this::attempt);
        checkDrained();
    }

    /// There will be no further attempt unless the program asks for one.
    private void rest(Ending ending) {
        ConnectionException exception = new ConnectionException(ending);
        wasConnected = false;
        enter(new State.Disconnected(ending));
        session.end(exception, ending instanceof Ending.ByClient ? null : ending);
        connected.completeExceptionally(exception);
        checkDrained();
    }

    private void enter(State next) {
        state = next;
        LOG.log(Level.DEBUG, () -> clientId + ": " + next);
        FlightEvents.state(clientId, destination.current(), next);
        callbacks.run(() -> options.stateListener().accept(next));
    }

    /// From any thread: DISCONNECT, after what was published before and as far as quota allows.
    CompletableFuture<Void> disconnect(ReasonCode reasonCode, Properties properties) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            disconnectNow(reasonCode, properties);
            done.complete(null);
        });
        return done;
    }

    private void disconnectNow(ReasonCode reasonCode, Properties properties) {
        Ending ending = new Ending.ByClient(reasonCode);
        Connection current = connection;
        Attempt begun = attempt;
        if (current != null) {
            current.end(ending, new Packet.Disconnect(reasonCode, properties));
        } else if (begun != null) {
            attempt = null;
            begun.giveUp();
            ended(ending);
        } else if (state instanceof State.Waiting) {
            ended(ending);
        }
    }

    /// From any thread.
    CompletableFuture<Void> reauthenticate() {
        Authenticator.Source source = options.authenticator();
        if (source == null) {
            throw new IllegalStateException("the client has no enhanced authentication");
        }
        Authenticator fresh = source.next();
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            Connection current = connection;
            if (current == null || !current.isAccepted()) {
                done.completeExceptionally(new ConnectionException(ending()));
            } else {
                current.authentication().authenticateAgain(fresh, done);
            }
        });
        return done;
    }

    /// From any thread: calls `task` on the loop when nothing published is unfinished, or nothing
    /// can be finished any more.
    void whenDrained(Runnable task) {
        loop.execute(() -> {
            whenDrained.add(task);
            checkDrained();
        });
    }

    private void checkDrained() {
        boolean isOver = state instanceof State.Disconnected || state instanceof State.Closed;
        if (!whenDrained.isEmpty() && (session.unfinished() == 0 || isOver)) {
            List<Runnable> tasks = List.copyOf(whenDrained);
            whenDrained.clear();
            tasks.forEach(Runnable::run);
        }
    }

    /// From any thread: the end, however often it is asked for.
    void close(ReasonCode reasonCode) {
        loop.execute(() -> {
            if (state instanceof State.Closed) {
                return;
            }
            disconnectNow(reasonCode, Properties.NONE);
            Ending ending =
                    state instanceof State.Disconnected d
                            ? d.ending()
                            : new Ending.ByClient(reasonCode);
            closeWith(ending);
            if (options.group() == null) {
                group.release();
            }
        });
    }

    private void closeWith(Ending ending) {
        session.end(new ConnectionException(new Ending.ByClient(ReasonCode.SUCCESS)), null);
        outbox.close(); // before anybody hears of the end: the next client may want it
        enter(new State.Closed(ending));
        loop.members().remove(this);
        checkDrained();
        // Nothing of the program hangs on it, and a listener may be what waits for it.
        closed.complete(ending);
    }

    /// The group was closed under this client.
    void loopStopped() {
        Connection current = connection;
        if (current != null) {
            current.end(new Ending.ByClient(ReasonCode.SUCCESS), null);
        } else {
            disconnectNow(ReasonCode.SUCCESS, Properties.NONE); // an attempt, or the wait for one
        }
        if (!(state instanceof State.Closed)) {
            closeWith(new Ending.ByClient(ReasonCode.SUCCESS));
        }
    }

    // ---- publishing

    @Override
    public void publish(Outgoing outgoing) {
        boolean isOffline = state instanceof State.Waiting || state instanceof State.Connecting;
        boolean isRefused =
                state instanceof State.Closed
                        || state instanceof State.Disconnected
                        || isOffline && options.offline() == ClientOptions.Offline.REFUSED;
        CompletableFuture<Void> waiting = outgoing.accepted;
        if (waiting != null && !(state instanceof State.Closed)) {
            if (state instanceof State.Disconnected && outbox.isFull(limits)) {
                outgoing.fail(
                        new LimitExceededException(
                                "the outbox holds all that may wait while the client is"
                                        + " disconnected"));
                return;
            }
            if (!outbox.put(outgoing)) {
                outgoing.fail(ClientSession.refusal(ReasonCode.PACKET_TOO_LARGE));
                return;
            }
            outbox.tellWhenCommitted(waiting);
            if (!(state instanceof State.Disconnected)) {
                session.publish(outgoing);
            } else {
                // The next connection takes it from the outbox.
                limits.release(outgoing.cost);
            }
        } else if (isRefused) {
            outgoing.fail(new ConnectionException(ending()));
        } else if (!outbox.put(outgoing)) {
            outgoing.fail(ClientSession.refusal(ReasonCode.PACKET_TOO_LARGE));
        } else {
            session.publish(outgoing);
        }
    }

    private Ending ending() {
        return switch (state) {
            case State.Closed s -> s.ending();
            case State.Disconnected s -> s.ending();
            case State.Waiting s -> s.ending();
            case State.Connecting s -> new Ending.NotConnected();
            case State.Connected s -> new Ending.NotConnected();
        };
    }

    @Override
    public void finished(
            Outgoing outgoing, @Nullable PublishResult result, @Nullable MqttException exception) {
        limits.release(outgoing.cost);
        if (result != null) {
            published++;
        }
        if (!outbox.settle(outgoing, exception) && exception != null) {
            callbacks.run(() -> failed(exception));
        }
        if (outgoing.isAsync) {
            outgoing.over(result, exception);
            callbacks.run(outgoing);
        } else {
            outgoing.settle(result, exception);
        }
        if (!whenDrained.isEmpty()) {
            loop.atEndOfTurn(this::checkDrained);
        }
    }

    private void outboxFailed(Ending ending) {
        Connection current = connection;
        if (current != null) {
            current.end(ending, null);
        }
    }

    // ---- subscribing

    /// From any thread.
    ///
    /// @return what holds the answer, on which nothing of the program may hang
    Exchange.Subscribing subscribe(Subscription subscription) {
        Exchange.Subscribing exchange = new Exchange.Subscribing(subscription);
        loop.execute(() -> {
            if (state instanceof State.Closed || state instanceof State.Disconnected) {
                subscription.drop(); // its handler waits
                exchange.fail(new ConnectionException(ending()));
            } else {
                session.subscribe(exchange);
            }
        });
        return exchange;
    }

    /// From any thread: whoever has asked for a subscription has given up and will never hold it.
    void abandon(Exchange.Subscribing exchange) {
        loop.execute(() -> {
            exchange.answer.cancel(false);
            unsubscribe(new Exchange.Unsubscribing(exchange.subscription, Properties.NONE));
        });
    }

    /// From any thread; waits.
    /// For Topic Filters that only the server knows.
    void unsubscribe(Subscription unknown, Properties properties) {
        Exchange.Unsubscribing exchange = new Exchange.Unsubscribing(unknown, properties);
        loop.execute(() -> {
            if (state instanceof State.Connected) {
                session.unsubscribe(exchange);
            } else {
                exchange.fail(new ConnectionException(new Ending.NotConnected()));
            }
        });
        Waiting.result(exchange.answer, Waiting.nanos(options.operationTimeout()), "UNSUBACK");
    }

    @Override
    public void unsubscribe(Subscription subscription) {
        Exchange.Unsubscribing exchange = new Exchange.Unsubscribing(subscription, Properties.NONE);
        loop.execute(() -> unsubscribe(exchange));
        Waiting.result(exchange.answer, Waiting.nanos(options.operationTimeout()), "UNSUBACK");
    }

    private void unsubscribe(Exchange.Unsubscribing exchange) {
        Subscription subscription = exchange.subscription;
        if (!session.subscriptions().contains(subscription)) {
            subscription.drop();
            exchange.answer.complete(new Packet.Unsuback(0, List.of(), Properties.NONE));
        } else if (state instanceof State.Connected) {
            session.unsubscribe(exchange);
        } else {
            session.drop(exchange);
        }
    }

    /// From any thread.
    @Override
    public void acknowledge(Inbound inbound, ReasonCode reasonCode, Properties properties) {
        if (loop.isCurrent()) {
            session.inbox().acknowledge(inbound, reasonCode, properties);
        } else {
            loop.execute(() -> session.inbox().acknowledge(inbound, reasonCode, properties));
        }
    }

    @Override
    public IncomingMessage message(
            TopicName topic, Packet.Publish publish, @Nullable Inbound inbound) {
        return new IncomingMessage(this, topic, publish, inbound);
    }

    @Override
    public void dropped(Subscription subscription) {
        dropped++;
        FlightEvents.dropped(clientId, subscription);
    }

    @Override
    public void buffered(int bytes) {
        readingPause.buffered(bytes);
    }

    @Override
    public void unbuffered(long bytes) {
        readingPause.unbuffered(bytes);
    }

    private void pause(boolean isPaused) {
        Connection current = connection;
        if (current != null) {
            current.pause(isPaused);
        }
    }

    /// From any thread: what a handler has thrown.
    @Override
    public void failed(Throwable thrown) {
        try {
            options.errorHandler()
                    .accept(thrown instanceof Exception e ? e : new ExecutionException(thrown));
        } catch (Throwable e) {
            if (e != thrown) {
                e.addSuppressed(thrown);
            }
            LOG.log(Level.ERROR, "the error handler itself failed", e);
        }
    }

    /// From any thread.
    @Override
    public void trace(String text) {
        LOG.log(Level.TRACE, text);
    }

    // ---- what the session asks for

    @Override
    public boolean send(Packet packet) {
        Connection current = connection;
        return current == null || current.send(packet);
    }

    @Override
    public boolean isCongested() {
        Connection current = connection;
        return current == null || current.isCongested();
    }

    @Override
    public void started(Outgoing outgoing, int packetId) {
        outbox.started(outgoing, packetId);
    }

    @Override
    public void waitsAgain(Outgoing outgoing) {
        outbox.waitsAgain(outgoing);
    }

    @Override
    public void released(Outgoing outgoing) {
        outbox.released(outgoing);
    }

    @Override
    public void unclaimed(IncomingMessage message) {
        // They wait behind all other callbacks, of which one may be slow.
        readingPause.buffered(message.cost());
        callbacks.run(() -> {
            readingPause.unbuffered(message.cost());
            options.unclaimedHandler().accept(message);
        });
    }

    /// From any thread.
    void releaseUnclaimed() {
        loop.execute(() -> {
            loop.cancel(unclaimedTimer);
            unclaimedTimer = null;
            session.inbox().releaseUnclaimed();
        });
    }

    void counted() {
        received++;
    }

    /// From any thread; waits for the loop.
    ClientMetrics metrics() {
        CompletableFuture<ClientMetrics> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(count()));
        return Waiting.result(answer, Waiting.nanos(options.operationTimeout()), "metrics");
    }

    private ClientMetrics count() {
        Connection current = connection;
        return new ClientMetrics(
                connections,
                failures,
                published,
                received,
                dropped,
                bytesSent + (current == null ? 0 : current.bytesWritten()),
                bytesReceived + (current == null ? 0 : current.bytesRead()),
                limits.messages(),
                limits.bytes(),
                readingPause.bytes());
    }
}
