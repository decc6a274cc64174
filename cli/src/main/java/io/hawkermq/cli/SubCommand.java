package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import io.hawkermq.client.Acknowledgement;
import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.Ending;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttException;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
import io.hawkermq.client.State;
import io.hawkermq.client.Subscribe;
import io.hawkermq.client.Subscription;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// `sub`: prints what it receives until it is told to stop.
///
/// Several threads can end it: the one that reads, the alarm of `-W`, the one on which the JVM handles
/// a signal, and those of the client, which tell what is unclaimed and how the connection fares.
/// Whoever comes first disconnects and says with which status the process ends.
final class SubCommand {
    private static final int NOT_CONNECTED_YET = 255;

    private final ToolOptions options;
    private final Stdio io;
    private final Trace trace;
    private final Printer printer;
    private final List<TopicFilter> filteredOut;
    private final AtomicBoolean isEnding = new AtomicBoolean();
    private volatile boolean isLastShown;
    private final AtomicLong received = new AtomicLong();
    private final List<CompletableFuture<?>> removals = new ArrayList<>();
    private volatile @Nullable MqttClient connected;
    private final CountDownLatch isConnected = new CountDownLatch(1);
    private final CompletableFuture<Ending> isOver = new CompletableFuture<>();
    private @Nullable TopicTreeView tree;
    private int shown;

    private SubCommand(ToolOptions options, Stdio io) {
        this.options = options;
        this.io = io;
        this.trace = new Trace(options, io);
        this.printer = new Printer(options, io);
        this.filteredOut = options.filteredOut.stream().map(TopicFilter::of).toList();
    }

    /// @return the exit status
    static int run(List<String> words, Stdio io) {
        try {
            ToolOptions options = OptionReader.read(Tool.SUB, words, io);
            if (options.isWithoutRetained && options.isRetainedOnly) {
                io.err().print("\nError: Combining '-R' and '--retained-only' makes no sense.\n");
                return 1;
            }
            return new SubCommand(options, io).run();
        } catch (OptionsException e) {
            return Usage.answer(Tool.SUB, e, io);
        } catch (Failure e) {
            return e.status();
        }
    }

    private int run() throws Failure {
        Reconnect reconnect = Reconnect.between(Duration.ofSeconds(1), Duration.ofSeconds(1));
        try (ClientGroup threads = Connecting.threads()) {
            return run(
                    Connecting.client(
                            options, io, threads, reconnect, this::unclaimed, this::changed));
        }
    }

    private int run(MqttClient client) throws Failure {
        if (!options.isMessageRate) {
            printer.begin();
        }
        Alarms.start(options.seconds, this::alarm);
        Alarms.onSignal(() -> stop(0));
        Connecting.connect(client, options, io, trace);
        connected = client;
        isConnected.countDown();
        try {
            Subscription subscription = subscribe(client);
            for (String topic : options.unsubscribed) {
                trace.say("sending UNSUBSCRIBE (Mid: 2, Topic: " + topic + ")");
                client.unsubscribe(List.of(topic), options.propertiesFor(PacketType.UNSUBSCRIBE));
                trace.say("received UNSUBACK");
            }
            if (options.isEndedBySuback) {
                return leave(client);
            }
            client.releaseUnclaimed();
            return receive(client, subscription);
        } catch (RefusedException e) {
            options.complain(io, "All subscription requests were denied.\n");
            return leave(client);
        } catch (NoSuchElementException e) { // closed here, by whoever ends the process
            return Alarms.forever();
        } catch (ConnectionException e) {
            return ended(e.ending());
        } catch (MqttException e) {
            options.complain(io, "Error: " + e.getMessage() + "\n");
            return 1;
        }
    }

    private @Nullable Subscription subscribe(MqttClient client) {
        if (options.topics.isEmpty()) {
            return null;
        }
        SubscriptionOptions how =
                new SubscriptionOptions(
                        QoS.of(options.qos),
                        false,
                        options.version.isMqtt5() && options.isRetainAsPublished,
                        options.version.isMqtt5() ? options.retainHandling : RetainHandling.SEND);
        List<Packet.Subscribe.Entry> entries =
                options.topics.stream()
                        .map(t -> new Packet.Subscribe.Entry(TopicFilter.of(t), how))
                        .toList();
        trace.subscribe(options.topics, options.qos, how.toByte() & ~3);
        Subscription subscription =
                client.subscribe(
                        new Subscribe(
                                entries,
                                options.propertiesFor(PacketType.SUBSCRIBE),
                                Acknowledgement.MANUAL,
                                Integer.MAX_VALUE));
        trace.subscribed(subscription.reasonCodes().stream().map(ReasonCode::code).toList());
        return subscription;
    }

    private int receive(MqttClient client, @Nullable Subscription subscription) {
        if (subscription == null) {
            return ended(isOver.join());
        }
        if (options.isMessageRate) {
            Alarms.everySecond(() -> {
                io.out().println(received.getAndSet(0) + " msgs/s");
                io.out().flush();
            });
        }
        while (show(client, subscription.next())) {
            // Until the last one.
        }
        return end(client);
    }

    /// Messages of what the session has subscribed to earlier, and of servers that change topics.
    private void unclaimed(IncomingMessage message) {
        MqttClient client = awaitConnected();
        if (!show(client, message)) {
            // What the end waits for is told on this thread.
            Alarms.daemon("end", () -> Alarms.halt(end(client), io));
        }
    }

    /// A server that breaks the protocol would do so on every later connection. libmosquitto does not
    /// connect to it again either.
    private void changed(State state) {
        if (state instanceof State.Disconnected last) {
            isOver.complete(last.ending());
        } else if (state instanceof State.Waiting pause
                && !pause.delay().isZero() // as before another of the server's addresses
                && pause.ending() instanceof Ending.ProtocolBroken broken
                && isEnding.compareAndSet(false, true)) {
            awaitConnected().disconnect();
            Alarms.halt(Connecting.report(broken, options, io), io);
        }
    }

    /// For the client's threads, which may know of it first.
    private MqttClient awaitConnected() {
        try {
            isConnected.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the client's threads", e);
        }
        return Objects.requireNonNull(connected);
    }

    /// From the thread that reads, or the one that gets what is unclaimed.
    ///
    /// @return false if it was the last
    private synchronized boolean show(MqttClient client, IncomingMessage message) {
        if (isLastShown || isEnding.get()) {
            return true; // and no more are shown
        }
        received.incrementAndGet();
        trace.received(message);
        message.acknowledge();
        if (options.isMessageRate) {
            return true;
        }
        if (options.isTree) {
            if (tree == null) {
                tree = new TopicTreeView(io);
            }
            tree.add(message.topic(), message.payload());
            return true;
        }
        isLastShown = !take(client, message);
        return !isLastShown;
    }

    /// After the last message.
    ///
    /// @return the exit status; never, if another thread ends the process
    private int end(MqttClient client) {
        for (CompletableFuture<?> removal : removals) {
            try {
                removal.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof ConnectionException lost) {
                    return ended(lost.ending());
                }
                // What may not be removed stays; mosquitto_sub says nothing either.
            }
        }
        return leave(client);
    }

    /// @return false if it was the last
    private boolean take(MqttClient client, IncomingMessage message) {
        if (options.isRetainedOnly && !message.retain()) {
            return false;
        }
        if (message.retain() && options.isWithoutRetained) {
            return true;
        }
        for (TopicFilter filter : filteredOut) {
            if (filter.matches(message.topicName())) {
                return true;
            }
        }
        if (options.isRemovingRetained && message.retain()) {
            removals.removeIf(CompletableFuture::isDone);
            removals.add(
                    client.publishAsync(
                            Message.to(message.topicName())
                                    .qos(QoS.AT_LEAST_ONCE)
                                    .retain()
                                    .build()));
        }
        if (!printer.print(message)) {
            return false;
        }
        return options.count == 0 || ++shown < options.count;
    }

    /// @return the exit status; never, if another thread ends the process
    private int leave(MqttClient client) {
        if (!isEnding.compareAndSet(false, true)) {
            return Alarms.forever();
        }
        trace.disconnect();
        client.disconnect(ReasonCode.SUCCESS, options.propertiesFor(PacketType.DISCONNECT));
        return 0;
    }

    /// The connection is over, for good.
    ///
    /// @return the exit status; never, if another thread ends the process
    private int ended(Ending ending) {
        return isEnding.compareAndSet(false, true)
                ? Connecting.report(ending, options, io)
                : Alarms.forever();
    }

    private void alarm() {
        if (connected == null) {
            Alarms.halt(NOT_CONNECTED_YET, io);
        }
        stop(Connecting.TIMED_OUT);
    }

    private void stop(int status) {
        MqttClient client = connected;
        if (client == null) {
            Alarms.halt(NOT_CONNECTED_YET, io);
            return;
        }
        if (!isEnding.compareAndSet(false, true)) {
            // The process has begun to end by itself, with its own status. Were this to return, it
            // would end before that, with the signal's.
            Alarms.awaitEnd();
            return;
        }
        trace.disconnect();
        try {
            client.disconnect(
                    ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                    options.version.isMqtt5()
                            ? options.propertiesFor(PacketType.DISCONNECT)
                            : Properties.NONE);
        } catch (MqttException e) {
            trace.say("disconnection failed: " + e.getMessage());
        }
        if (status == Connecting.TIMED_OUT) {
            options.complain(io, "Timed out\n");
        }
        Alarms.halt(status, io);
    }
}
