package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import io.hawkermq.client.Acknowledgement;
import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttException;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// `sub`: prints what it receives until it is told to stop.
///
/// Three threads can end it: this one, the alarm of `-W`, and the one on which the JVM handles a
/// signal. Whoever comes first disconnects and says with which status the process ends.
final class SubCommand {
    private static final int NOT_CONNECTED_YET = 255;

    private final ToolOptions options;
    private final Stdio io;
    private final Trace trace;
    private final Printer printer;
    private final List<TopicFilter> filteredOut;
    private final AtomicBoolean isEnding = new AtomicBoolean();
    private final AtomicLong received = new AtomicLong();
    private final List<CompletableFuture<?>> removals = new ArrayList<>();
    private volatile @Nullable MqttClient connected;
    private final CountDownLatch isConnected = new CountDownLatch(1);
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
            return run(Connecting.client(options, io, threads, reconnect, this::unclaimed));
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
                disconnect(client);
                return 0;
            }
            client.releaseUnclaimed();
            return receive(client, subscription);
        } catch (RefusedException e) {
            options.complain(io, "All subscription requests were denied.\n");
            disconnect(client);
            return 0;
        } catch (NoSuchElementException e) { // closed here, by whoever ends the process
            return Alarms.forever();
        } catch (ConnectionException e) {
            if (isEnding.get()) {
                return Alarms.forever();
            }
            return Connecting.report(e.ending(), options, io);
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
            return Alarms.forever();
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
        end(client);
        return 0;
    }

    /// Messages of what the session has subscribed to earlier, and of servers that change topics.
    private void unclaimed(IncomingMessage message) {
        try {
            isConnected.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        MqttClient client = Objects.requireNonNull(connected);
        if (!show(client, message)) {
            end(client);
            Alarms.halt(0, io);
        }
    }

    /// From the thread that reads, or the one that gets what is unclaimed.
    ///
    /// @return false if it was the last
    private synchronized boolean show(MqttClient client, IncomingMessage message) {
        if (isEnding.get()) {
            return true; // and no more are shown: another thread has had the last one
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
        boolean isLast = !take(client, message);
        if (isLast) {
            isEnding.set(true);
        }
        return !isLast;
    }

    private void end(MqttClient client) {
        removals.forEach(CompletableFuture::join);
        disconnect(client);
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

    private void disconnect(MqttClient client) {
        isEnding.set(true);
        trace.disconnect();
        client.disconnect(ReasonCode.SUCCESS, options.propertiesFor(PacketType.DISCONNECT));
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
