package io.hawkermq.client;

import java.util.concurrent.CompletableFuture;

/// Where the program's threads hand in what they publish. Blocking callers wait for room, the others
/// are turned away at the limits.
final class Publishing {
    private final Host host;
    private final Loop loop;
    private final PublishLimits limits;

    Publishing(Host host, Loop loop, PublishLimits limits) {
        this.host = host;
        this.loop = loop;
        this.limits = limits;
    }

    /// From any thread; never blocks.
    CompletableFuture<PublishResult> publishAsync(Message message) {
        return tryPublish(message, true);
    }

    /// [#publishAsync] for the client itself: what hangs on it may run on the loop.
    CompletableFuture<PublishResult> publishInside(Message message) {
        return tryPublish(message, false);
    }

    private CompletableFuture<PublishResult> tryPublish(Message message, boolean isAsync) {
        if (!limits.tryAcquire(Outgoing.costOf(message))) {
            return CompletableFuture.failedFuture(new LimitExceededException(limits.text()));
        }
        return submit(message, isAsync);
    }

    /// From any thread.
    PublishResult publish(Message message, long nanos) {
        long deadline = Loop.now() + Math.min(nanos, Long.MAX_VALUE / 4);
        try {
            if (!limits.acquire(Outgoing.costOf(message), nanos)) {
                throw new MqttTimeoutException(limits.text());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttInterruptedException("room to publish");
        }
        CompletableFuture<PublishResult> future = submit(message, false);
        try {
            return Waiting.result(future, deadline - Loop.now(), "acknowledgement");
        } catch (MqttTimeoutException | MqttInterruptedException e) {
            // What is not sent yet is not sent any more.
            future.cancel(false);
            throw e;
        }
    }

    private CompletableFuture<PublishResult> submit(Message message, boolean isAsync) {
        Outgoing outgoing = new Outgoing(host, message, isAsync);
        loop.execute(outgoing);
        return outgoing.future;
    }

    /// From any thread; waits until the outbox has the message.
    void enqueue(Message message, long nanos) {
        int cost = Outgoing.costOf(message);
        try {
            if (!limits.acquire(cost, nanos)) {
                throw new MqttTimeoutException(limits.text());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttInterruptedException("room to publish");
        }
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        Outgoing outgoing = new Outgoing(host, message, false);
        outgoing.accepted = waiting;
        loop.execute(outgoing);
        Waiting.result(waiting, nanos, "answer of the outbox");
    }
}
