package io.hawkermq.client;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A [Subscription] as reactive streams see it: one subscriber, served by a virtual thread that
/// takes a message out of the buffer only when one was asked for.
final class SubscriptionPublisher implements Flow.Publisher<IncomingMessage> {
    private final Subscription source;
    private final AtomicBoolean isTaken = new AtomicBoolean();

    SubscriptionPublisher(Subscription source) {
        this.source = source;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super IncomingMessage> subscriber) {
        if (!isTaken.compareAndSet(false, true)) {
            subscriber.onSubscribe(new Nothing());
            subscriber.onError(new IllegalStateException("the publisher has a subscriber already"));
            return;
        }
        Demand demand = new Demand();
        Thread thread =
                Thread.ofVirtual()
                        .name("mqtt-publisher")
                        .unstarted(() -> serve(subscriber, demand));
        demand.thread = thread;
        thread.start();
    }

    private void serve(Flow.Subscriber<? super IncomingMessage> subscriber, Demand demand) {
        try {
            subscriber.onSubscribe(demand);
            pass(subscriber, demand);
        } catch (Throwable e) {
            // It counts as having cancelled, which the client is told (rule 2.13 of Reactive
            // Streams).
            source.failed(e);
        } finally {
            source.finish(); // nobody asks for the next
        }
    }

    private void pass(Flow.Subscriber<? super IncomingMessage> subscriber, Demand demand) {
        while (demand.take()) {
            IncomingMessage message;
            try {
                message = source.poll(Long.MAX_VALUE);
            } catch (MqttInterruptedException e) {
                return; // cancelled while it waited
            } catch (MqttException e) {
                subscriber.onError(e);
                return;
            }
            if (message == null) {
                subscriber.onComplete();
                return;
            }
            subscriber.onNext(message);
        }
        RuntimeException wrong = demand.wrong;
        if (wrong != null) {
            subscriber.onError(wrong);
        }
    }

    /// For a subscriber that is turned away.
    private record Nothing() implements Flow.Subscription {
        @Override
        public void request(long n) {}

        @Override
        public void cancel() {}
    }

    private static final class Demand implements Flow.Subscription {
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private @Nullable Thread thread;
        private @Nullable RuntimeException wrong;
        private long requested;
        private boolean isCancelled;

        @Override
        public void request(long n) {
            lock.lock();
            try {
                if (n <= 0) {
                    wrong = new IllegalArgumentException("request(" + n + ")");
                    isCancelled = true;
                } else {
                    requested = requested + n < 0 ? Long.MAX_VALUE : requested + n;
                }
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void cancel() {
            lock.lock();
            try {
                isCancelled = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            Thread waiting = thread;
            if (waiting != null && waiting != Thread.currentThread()) {
                waiting.interrupt();
            }
        }

        /// @return false if nothing more is wanted
        boolean take() {
            lock.lock();
            try {
                while (requested == 0 && !isCancelled) {
                    changed.awaitUninterruptibly();
                }
                requested--;
                return !isCancelled;
            } finally {
                lock.unlock();
            }
        }
    }
}
