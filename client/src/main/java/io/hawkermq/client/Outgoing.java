package io.hawkermq.client;

import io.hawkermq.protocol.QoS;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A message on its way out, from `publish` until its future is done. It is itself the task that
/// carries it to the loop, so that a PUBLISH costs one object and one future.
final class Outgoing implements Runnable {
    final Message message;
    final CompletableFuture<PublishResult> future = new CompletableFuture<>();

    /// Done when the outbox has the message; null for who does not wait for that.
    @Nullable CompletableFuture<Void> accepted;

    /// True if a program holds the future, so that what hangs on it must not run on the loop.
    final boolean isAsync;

    /// Bytes that count against the client's limit.
    final int cost;

    private final Host host;
    private @Nullable PublishResult result;
    private @Nullable MqttException exception;
    private boolean isOver;

    /// Where the outbox has it, 0 where none has.
    long recordId;

    Outgoing(Host host, Message message, boolean isAsync) {
        this.host = host;
        this.message = message;
        this.isAsync = isAsync;
        this.cost = costOf(message);
    }

    static int costOf(Message message) {
        return message.payload().length + message.topicName().utf8().length + 64;
    }

    QoS qos() {
        return message.qos();
    }

    /// The program has given up before anything was sent.
    boolean isGivenUp() {
        return future.isDone();
    }

    /// On the loop, hands it over; when its delivery is over, tells the program.
    @Override
    public void run() {
        if (isOver) {
            settle(result, exception);
        } else {
            host.publish(this);
        }
    }

    /// Its end is known; [#run] tells it.
    void over(@Nullable PublishResult how, @Nullable MqttException why) {
        result = how;
        exception = why;
        isOver = true;
    }

    void complete(PublishResult result) {
        host.finished(this, result, null);
    }

    void fail(MqttException exception) {
        host.finished(this, null, exception);
    }

    void settle(@Nullable PublishResult result, @Nullable MqttException exception) {
        if (exception != null) {
            future.completeExceptionally(exception);
        } else if (result != null) {
            future.complete(result);
        }
    }
}
