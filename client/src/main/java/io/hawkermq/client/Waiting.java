package io.hawkermq.client;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// How blocking calls wait.
final class Waiting {
    private Waiting() {}

    /// Nanoseconds, as many as a `long` can hold at most.
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    /// What `future` holds.
    ///
    /// @throws MqttTimeoutException after `nanos`
    /// @throws MqttInterruptedException if this thread is interrupted
    /// @throws MqttException what the future has failed with
    static <T> T result(CompletableFuture<T> future, long nanos, String what) {
        try {
            return future.get(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MqttInterruptedException(what);
        } catch (TimeoutException e) {
            throw new MqttTimeoutException(
                    "no " + what + " within " + TimeUnit.NANOSECONDS.toMillis(nanos) + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof RuntimeException r) {
                // It was thrown on the loop; where it was waited for is what its reader needs.
                r.addSuppressed(new Throwable("waited for here"));
                throw r;
            }
            throw new IllegalStateException(cause);
        }
    }
}
