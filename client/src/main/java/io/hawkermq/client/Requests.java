package io.hawkermq.client;

import io.hawkermq.protocol.QoS;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Request and response, section 4.10: one Response Topic for all requests of a client, told apart
/// by their Correlation Data. The first request subscribes to it.
final class Requests {
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Requests without an answer.
    private static final int MOST_OPEN = 65_536;

    private final MqttClient client;
    private final Publishing publishing;
    private final Map<Long, CompletableFuture<IncomingMessage>> open = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong(RANDOM.nextLong());
    private final ReentrantLock lock = new ReentrantLock();
    private final String suffix;

    /// To the Response Topic.
    private Exchange.@Nullable Subscribing subscribing;

    Requests(MqttClient client, Publishing publishing) {
        this.client = client;
        this.publishing = publishing;
        byte[] random = new byte[12];
        RANDOM.nextBytes(random);
        this.suffix = HexFormat.of().formatHex(random);
    }

    CompletableFuture<IncomingMessage> send(String topic, byte[] payload, long nanos) {
        CompletableFuture<IncomingMessage> answer = new CompletableFuture<>();
        if (open.size() >= MOST_OPEN) {
            answer.completeExceptionally(
                    new LimitExceededException(MOST_OPEN + " requests wait for their answers"));
            return answer;
        }
        long id = lastId.incrementAndGet();
        open.put(id, answer);
        answer.whenComplete((m, e) -> open.remove(id));
        // None of it goes through the callbacks: what waits for the answer may be one of them.
        responseTopic()
                .thenCompose(to ->
                        publishing.publishInside(
                                Message.to(topic)
                                        .payload(payload)
                                        .qos(QoS.AT_LEAST_ONCE)
                                        .responseTopic(to)
                                        .correlationData(ByteBuffer.allocate(8).putLong(id).array())
                                        .build()))
                .whenComplete((result, e) -> {
                    if (e != null) {
                        Throwable cause = e.getCause();
                        answer.completeExceptionally(cause == null ? e : cause);
                    }
                });
        answer.completeOnTimeout(null, nanos, TimeUnit.NANOSECONDS);
        CompletableFuture<IncomingMessage> inTime =
                answer.thenApply(m -> {
                    if (m == null) {
                        throw new MqttTimeoutException(
                                "no answer on " + topic + " within " + nanos / 1_000_000 + " ms");
                    }
                    return m;
                });
        inTime.whenComplete((m, e) -> answer.cancel(false)); // nobody waits for it any more
        return inTime;
    }

    private CompletableFuture<String> responseTopic() {
        lock.lock();
        try {
            Exchange.Subscribing known = subscribing;
            if (known == null
                    || known.answer.isCompletedExceptionally()
                    || known.subscription.isEnded()) { // as disconnecting ends all
                String prefix =
                        client.state() instanceof State.Connected c
                                ? c.result().responseInformation()
                                : null;
                String topic = (prefix == null ? "response/" : prefix) + suffix;
                known =
                        client.start(
                                Subscribe.to(topic).qos(QoS.AT_LEAST_ONCE).build(), this::answered);
                subscribing = known;
            }
            String topic = known.subscription.request().entries().getFirst().filter().toString();
            return known.answer.thenApply(suback -> topic);
        } finally {
            lock.unlock();
        }
    }

    private void answered(IncomingMessage message) {
        byte[] correlation = message.correlationData();
        if (correlation != null && correlation.length == 8) {
            CompletableFuture<IncomingMessage> answer =
                    open.get(ByteBuffer.wrap(correlation).getLong());
            if (answer != null) {
                answer.complete(message);
            }
        }
    }
}
