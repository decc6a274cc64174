package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A subscription and the buffer of its messages, between the loop, which puts them in and never
/// waits, and a reader, which may be as slow as it likes.
///
/// Without a handler, messages are taken by [#next] or by iterating, on one thread at a time:
///
/// ```java
/// for (IncomingMessage message : client.subscribe("meter/#")) { ... }
/// ```
///
/// It outlives network connections: where the session is lost, the client subscribes again.
///
/// Any thread may call [#close], [#reasonCodes] and [#buffered].
public final class Subscription implements Iterable<IncomingMessage>, AutoCloseable {
    private final Host host;
    private final Subscribe request;
    private final boolean hasHandler;
    private final int identifier;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<IncomingMessage> buffer = new ArrayDeque<>();

    private volatile List<ReasonCode> reasonCodes = List.of();
    private @Nullable Ending ending;
    private boolean isEnded;
    private @Nullable IncomingMessage unfinished;

    /// @param hasHandler true if [#handleAll] will take its messages
    Subscription(Host host, Subscribe request, boolean hasHandler) {
        this.host = host;
        this.request = request;
        this.hasHandler = hasHandler;
        List<Integer> identifiers = request.properties().subscriptionIdentifiers();
        this.identifier = identifiers.isEmpty() ? 0 : identifiers.getFirst();
    }

    /// {@return what was asked for, to be compared with [#reasonCodes]}
    public Subscribe request() {
        return request;
    }

    /// {@return what SUBACK has said about each Topic Filter, in the order of [#request]; the
    /// latest, if the client had to subscribe again; empty before the first SUBACK}
    public List<ReasonCode> reasonCodes() {
        return reasonCodes;
    }

    void reasonCodes(List<ReasonCode> codes) {
        reasonCodes = codes;
    }

    int identifier() {
        return identifier;
    }

    boolean matches(TopicName topic) {
        for (Packet.Subscribe.Entry entry : request.entries()) {
            if (entry.filter().matches(topic)) {
                return true;
            }
        }
        return false;
    }

    /// Called by the loop.
    ///
    /// @return false if the message was dropped
    boolean offer(IncomingMessage message) {
        Acknowledgement when = request.acknowledgement();
        boolean isToBeAcknowledged = false;
        lock.lock();
        try {
            if (isEnded) {
                isToBeAcknowledged = true;
            } else if (buffer.size() < request.buffer()) {
                isToBeAcknowledged = when == Acknowledgement.ON_ARRIVAL;
                message.policy(isToBeAcknowledged ? null : when);
                add(message);
            } else if (message.qos() != QoS.AT_MOST_ONCE) {
                // Not acknowledged, so that the server's window closes.
                message.policy(when);
                add(message);
            } else {
                return false;
            }
        } finally {
            lock.unlock();
        }
        if (isToBeAcknowledged) {
            message.acknowledge();
        }
        return true;
    }

    private void add(IncomingMessage message) {
        host.buffered(message.cost());
        buffer.add(message);
        if (buffer.size() == 1) {
            changed.signalAll();
        }
    }

    /// The messages end; what is in the buffer can still be read. It counts no more: perhaps nobody
    /// reads it, and the client would stay deaf.
    void end(@Nullable Ending why) {
        long cost = 0;
        lock.lock();
        try {
            if (!isEnded) {
                isEnded = true;
                ending = why;
                changed.signalAll();
                for (IncomingMessage m : buffer) {
                    cost += m.cost();
                }
            }
        } finally {
            lock.unlock();
        }
        if (cost > 0) {
            host.unbuffered(cost);
        }
    }

    /// From any thread.
    boolean isEnded() {
        lock.lock();
        try {
            return isEnded;
        } finally {
            lock.unlock();
        }
    }

    /// Ends a subscription that the program has given up. Unless a handler goes through what is in
    /// the buffer, it is acknowledged now: perhaps nobody reads it, and all later acknowledgements
    /// of the client would wait for it.
    void drop() {
        end(null);
        if (hasHandler) {
            return;
        }
        List<IncomingMessage> rest;
        lock.lock();
        try {
            rest = List.copyOf(buffer);
        } finally {
            lock.unlock();
        }
        rest.forEach(IncomingMessage::acknowledge);
    }

    /// Waits for the next message, however long.
    ///
    /// @return the oldest message in the buffer
    /// @throws ConnectionException if the client has ended otherwise than by itself
    /// @throws NoSuchElementException if the subscription or the client was closed
    /// @throws MqttInterruptedException if this thread is interrupted
    public IncomingMessage next() {
        IncomingMessage message = poll(Long.MAX_VALUE);
        if (message == null) {
            throw new NoSuchElementException("the subscription has ended");
        }
        return message;
    }

    /// Waits for the next message, at most `timeout`.
    ///
    /// @param timeout zero or less takes only what is in the buffer
    /// @return empty after the time-out, or if the subscription or the client was closed
    /// @throws ConnectionException if the client has ended otherwise than by itself
    /// @throws MqttInterruptedException if this thread is interrupted
    public Optional<IncomingMessage> next(Duration timeout) {
        return Optional.ofNullable(poll(Waiting.nanos(timeout)));
    }

    /// The messages to come, without an end until the subscription or the client is closed.
    /// `hasNext` waits; it throws what [#next] throws.
    @Override
    public Iterator<IncomingMessage> iterator() {
        return new Iterator<>() {
            private @Nullable IncomingMessage ahead;

            @Override
            public boolean hasNext() {
                if (ahead == null) {
                    ahead = poll(Long.MAX_VALUE);
                }
                return ahead != null;
            }

            @Override
            public IncomingMessage next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("the subscription has ended");
                }
                IncomingMessage message = java.util.Objects.requireNonNull(ahead);
                ahead = null;
                return message;
            }
        };
    }

    /// The messages as a reactive stream with one subscriber, which is called on a virtual thread.
    /// It gets what it has asked for and no more; `onComplete` when the subscription or the client
    /// is closed, `onError` with a [ConnectionException] if the client ends otherwise. Cancelling
    /// does not unsubscribe. A subscriber that throws has cancelled, and the client's error handler
    /// is told.
    ///
    /// @return a publisher; a second subscriber gets `onError` with an `IllegalStateException`
    public Flow.Publisher<IncomingMessage> publisher() {
        return new SubscriptionPublisher(this);
    }

    @Nullable IncomingMessage poll(long nanos) {
        finish();
        IncomingMessage message;
        try {
            message = take(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttInterruptedException("a message");
        }
        if (message != null && message.policy() == Acknowledgement.AFTER_HANDLER) {
            unfinished = message;
        }
        return message;
    }

    /// Who reads the messages has thrown something.
    void failed(Throwable thrown) {
        host.failed(thrown);
    }

    /// The message that was handed out before has been dealt with.
    void finish() {
        IncomingMessage done = unfinished;
        if (done != null) {
            unfinished = null;
            done.acknowledge();
        }
    }

    private @Nullable IncomingMessage take(long nanos) throws InterruptedException {
        IncomingMessage message;
        boolean isCounted;
        lock.lockInterruptibly();
        try {
            long rest = nanos;
            while (buffer.isEmpty() && !isEnded) {
                if (rest <= 0) {
                    return null;
                }
                if (nanos == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    rest = changed.awaitNanos(rest);
                }
            }
            message = buffer.poll();
            isCounted = !isEnded;
            if (message == null && ending != null) {
                throw new ConnectionException(ending);
            }
        } finally {
            lock.unlock();
        }
        if (message != null) {
            if (isCounted) {
                host.unbuffered(message.cost());
            }
            if (message.policy() == Acknowledgement.ON_ARRIVAL) {
                message.acknowledge();
            }
        }
        return message;
    }

    /// The life of a handler's thread.
    void handleAll(Handler handler) {
        try {
            for (IncomingMessage m = take(Long.MAX_VALUE); m != null; m = take(Long.MAX_VALUE)) {
                handle(handler, m);
            }
        } catch (ConnectionException | InterruptedException e) {
            host.trace("a handler has ended: " + e.getMessage());
        }
    }

    private void handle(Handler handler, IncomingMessage message) {
        try {
            handler.handle(message);
        } catch (Throwable e) {
            // Acknowledged nevertheless: the server would not send it again on this connection, and
            // the session would fill with messages that nobody can handle.
            host.failed(e);
        }
        if (message.policy() == Acknowledgement.AFTER_HANDLER) {
            message.acknowledge();
        }
    }

    /// {@return how many messages wait to be read}
    public int buffered() {
        lock.lock();
        try {
            return buffer.size();
        } finally {
            lock.unlock();
        }
    }

    /// Unsubscribes, waits for UNSUBACK at most the client's operation time-out, and ends the
    /// messages; without a connection it does only the latter, and nothing is subscribed again. What
    /// is in the buffer can still be read, but is acknowledged, unless it is for a handler.
    ///
    /// @throws RefusedException if the server has refused it; the messages end nevertheless
    @Override
    public void close() {
        finish();
        host.unsubscribe(this);
    }
}
