package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import io.hawkermq.cli.ToolOptions.Source;
import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttException;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// `pub`: publishes one message, the same one several times, or each line of its input.
final class PubCommand {
    /// Lines on their way; further ones wait in the pipe.
    private static final int MOST_UNDER_WAY = 1_000;

    private final ToolOptions options;
    private final Stdio io;
    private final Trace trace;
    private int published;

    private PubCommand(ToolOptions options, Stdio io) {
        this.options = options;
        this.io = io;
        this.trace = new Trace(options, io);
    }

    /// @return the exit status
    static int run(List<String> words, Stdio io) {
        try {
            ToolOptions options = OptionReader.read(Tool.PUB, words, io);
            return new PubCommand(options, io).run();
        } catch (OptionsException e) {
            return Usage.answer(Tool.PUB, e, io);
        } catch (Failure e) {
            return e.status();
        }
    }

    private int run() throws Failure {
        byte[] payload = Payload.read(options, io);
        String topic = options.topic;
        if (topic == null || options.source == Source.NONE) {
            io.err().println("Error: Both topic and message must be supplied.");
            io.out().print(Usage.text(Tool.PUB));
            return 1;
        }
        try (ClientGroup threads = Connecting.threads()) {
            return publish(
                    Connecting.client(options, io, threads, Reconnect.never()), topic, payload);
        }
    }

    private int publish(MqttClient client, String topic, byte[] payload) throws Failure {
        Connecting.connect(client, options, io, trace);
        int status = 0;
        try {
            if (options.source == Source.INPUT_LINES) {
                publishLines(client, topic);
            } else {
                publishRepeatedly(client, message(topic, payload));
            }
            trace.disconnect();
            client.disconnect(ReasonCode.SUCCESS, options.propertiesFor(PacketType.DISCONNECT));
        } catch (ConnectionException e) {
            status = Connecting.report(e.ending(), options, io);
        } catch (MqttException e) {
            options.complain(io, "Error: " + e.getMessage() + "\n");
            status = 1;
        }
        return status;
    }

    private Message message(String topic, byte[] payload) throws Failure {
        Message.Builder b = Message.to(topic).payload(payload).qos(QoS.of(options.qos));
        if (options.isRetained) {
            b.retain();
        }
        options.propertiesFor(PacketType.PUBLISH).forEach(b::with);
        return b.build();
    }

    private void publishRepeatedly(MqttClient client, Message message) {
        long pause = (long) (options.repeatDelay * 1e9);
        for (int i = 0; i < options.repeat; i++) {
            if (i > 0 && pause > 0) {
                pause(pause);
            }
            int packetId = ++published;
            trace.publish(message, packetId);
            try {
                trace.published(client.publish(message, Duration.ofDays(1)), packetId);
            } catch (RefusedException e) {
                warn(packetId, e);
            }
        }
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long rest = nanos; rest > 0; rest = end - System.nanoTime()) {
            LockSupport.parkNanos(rest);
        }
    }

    private void warn(int packetId, RefusedException e) {
        String reason = e.reasonString();
        options.complain(
                io,
                "Warning: Publish "
                        + packetId
                        + " failed: "
                        + Connecting.reason(e.reasonCode())
                        + ".\n"
                        + (reason == null ? "" : reason + "\n"));
    }

    private void publishLines(MqttClient client, String topic) throws Failure {
        Semaphore room = new Semaphore(MOST_UNDER_WAY);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        InputStream in = new BufferedInputStream(io.in(), 65_536);
        try {
            for (byte[] line = line(in); line != null && failure.get() == null; line = line(in)) {
                room.acquireUninterruptibly();
                int packetId = ++published;
                Message message = message(topic, line);
                trace.publish(message, packetId);
                client.publishAsync(message)
                        .whenComplete((result, e) -> {
                            if (e == null) {
                                trace.published(result, packetId);
                            } else if (e instanceof RefusedException refused) {
                                warn(packetId, refused);
                            } else {
                                failure.compareAndSet(null, e);
                            }
                            room.release();
                        });
            }
        } catch (IOException e) {
            options.complain(io, "Error: " + Reasons.of(e) + "\n");
        }
        room.acquireUninterruptibly(MOST_UNDER_WAY);
        if (failure.get() instanceof MqttException e) {
            throw e;
        }
    }

    /// A line without its end, or null at the end of the input.
    static byte @Nullable [] line(InputStream in) throws IOException {
        int b = in.read();
        if (b < 0) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (; b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toByteArray();
    }
}
