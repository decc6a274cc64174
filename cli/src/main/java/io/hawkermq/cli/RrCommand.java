package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import io.hawkermq.cli.ToolOptions.Source;
import io.hawkermq.client.Acknowledgement;
import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttException;
import io.hawkermq.client.PublishResult;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
import io.hawkermq.client.Subscribe;
import io.hawkermq.client.Subscription;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// `rr`: sends a request, prints the first answer.
final class RrCommand {
    private final ToolOptions options;
    private final Stdio io;
    private final Trace trace;
    private final Printer printer;
    private final AtomicBoolean isEnding = new AtomicBoolean();
    private volatile @Nullable MqttClient connected;

    private RrCommand(ToolOptions options, Stdio io) {
        this.options = options;
        this.io = io;
        this.trace = new Trace(options, io);
        this.printer = new Printer(options, io);
    }

    /// @return the exit status
    static int run(List<String> words, Stdio io) {
        try {
            ToolOptions options = OptionReader.read(Tool.RR, words, io);
            return new RrCommand(options, io).run();
        } catch (OptionsException e) {
            return Usage.answer(Tool.RR, e, io);
        } catch (Failure e) {
            return e.status();
        }
    }

    private int run() throws Failure {
        byte[] payload = Payload.read(options, io);
        String topic = options.topic;
        String responseTopic = options.responseTopic;
        if (topic == null || responseTopic == null || options.source == Source.NONE) {
            io.err().println("Error: All of topic, message, and response topic must be supplied.");
            return Usage.hint(Tool.RR, io);
        }
        Properties.Builder properties = options.propertiesOf(PacketType.PUBLISH);
        if (properties.has(Property.RESPONSE_TOPIC)) {
            throw Connecting.fail(
                    options, io, "Error in PUBLISH properties: Duplicate response topic.\n", 1);
        }
        properties.add(Property.RESPONSE_TOPIC, responseTopic);
        try (ClientGroup threads = Connecting.threads()) {
            MqttClient client = Connecting.client(options, io, threads, Reconnect.never());
            return run(client, topic, responseTopic, payload);
        }
    }

    private int run(MqttClient client, String topic, String responseTopic, byte[] payload)
            throws Failure {
        Alarms.start(options.seconds, this::alarm);
        Connecting.connect(client, options, io, trace);
        connected = client;
        try {
            return exchange(client, topic, responseTopic, payload);
        } catch (RefusedException e) {
            options.complain(io, Connecting.reason(e.reasonCode()) + "\n");
            return 0;
        } catch (NoSuchElementException e) { // closed here, by the alarm, which ends the process
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

    private int exchange(MqttClient client, String topic, String responseTopic, byte[] payload) {
        boolean is5 = options.version.isMqtt5();
        SubscriptionOptions how =
                new SubscriptionOptions(
                        QoS.of(options.qos),
                        false,
                        is5 && options.isRetainAsPublished,
                        is5 ? options.retainHandling : RetainHandling.SEND);
        trace.subscribe(List.of(responseTopic), options.qos, how.toByte() & ~3);
        Subscription answers =
                client.subscribe(
                        new Subscribe(
                                List.of(
                                        new Packet.Subscribe.Entry(
                                                TopicFilter.of(responseTopic), how)),
                                options.propertiesFor(PacketType.SUBSCRIBE),
                                Acknowledgement.MANUAL,
                                1_000));
        client.releaseUnclaimed(); // it would use up the Receive Maximum, which is 1
        trace.subscribed(answers.reasonCodes().stream().map(ReasonCode::code).toList());
        Message.Builder b = Message.to(topic).payload(payload).qos(QoS.of(options.qos));
        options.propertiesFor(PacketType.PUBLISH).forEach(b::with);
        Message request = b.build();
        trace.publish(request, 2);
        long sent = System.nanoTime();
        CompletableFuture<PublishResult> publishing = client.publishAsync(request);
        IncomingMessage answer = answers.next();
        while (answer.retain() && options.isWithoutRetained) {
            answer.acknowledge();
            answer = answers.next();
        }
        long nanos = System.nanoTime() - sent;
        trace.received(answer);
        answer.acknowledge();
        printer.print(answer);
        if (options.isLatency) {
            io.out().println(latency(nanos));
        }
        isEnding.set(true);
        try {
            // The answer may have overtaken it, and is what counts.
            trace.published(publishing.join(), 2);
        } catch (CompletionException e) {
            trace.say("no acknowledgement: " + publishing.exceptionNow().getMessage());
        }
        trace.disconnect();
        client.disconnect(ReasonCode.SUCCESS, options.propertiesFor(PacketType.DISCONNECT));
        return 0;
    }

    static String latency(long nanos) {
        if (nanos >= 1_000_000_000) {
            return "Latency: "
                    + nanos / 1_000_000_000
                    + "."
                    + Strftime.padded((int) (nanos % 1_000_000_000), 9);
        }
        return nanos < 1_000
                ? "Latency: " + nanos + "ns"
                : nanos < 1_000_000
                        ? String.format(Locale.ROOT, "Latency: %fµs", nanos / 1e3)
                        : String.format(Locale.ROOT, "Latency: %fms", nanos / 1e6);
    }

    private void alarm() {
        MqttClient client = connected;
        if (client != null && isEnding.compareAndSet(false, true)) {
            trace.disconnect();
            try {
                client.disconnect(
                        ReasonCode.DISCONNECT_WITH_WILL_MESSAGE,
                        options.propertiesFor(PacketType.DISCONNECT));
            } catch (MqttException e) {
                trace.say("disconnection failed: " + e.getMessage());
            }
        }
        options.complain(io, "Timed out\n");
        Alarms.halt(Connecting.TIMED_OUT, io);
    }
}
