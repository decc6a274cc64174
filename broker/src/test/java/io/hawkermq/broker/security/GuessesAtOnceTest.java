package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.core.AccessControl.Decision;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.protocol.ReasonCode;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Who sends many guesses at once does not get more of them checked than one after another.
@Timeout(60)
class GuessesAtOnceTest {
    private static final int GUESSES = 200;
    private static final int MOST_FAILURES = 10;

    /// Closed until the test opens it.
    private static final class Gate extends Semaphore {
        private static final long serialVersionUID = 1L;

        private final transient CountDownLatch arrived = new CountDownLatch(GUESSES);

        Gate() {
            super(0, true);
        }

        @Override
        public boolean tryAcquire(long timeout, TimeUnit unit) throws InterruptedException {
            arrived.countDown();
            return super.tryAcquire(timeout, unit);
        }
    }

    private final Gate gate = new Gate();
    private final Queue<Integer> freeWhenLogged = new ConcurrentLinkedQueue<>();
    private final Queue<Decision> decisions = new ConcurrentLinkedQueue<>();
    private final CountDownLatch answered = new CountDownLatch(GUESSES);
    private final FileAccess access =
            new FileAccess(
                    new FileAccess.Rules(null, null, AnonymousClients.REFUSED),
                    0,
                    new LoginLimits(MOST_FAILURES, 0, 60, 60, 0, 0),
                    new EventLog() {
                        @Override
                        public boolean isEnabled(LogLevel level) {
                            return true;
                        }

                        @Override
                        public void log(LogLevel level, String text) {
                            freeWhenLogged.add(gate.availablePermits());
                        }
                    });

    private void check(Supplier<@Nullable String> login) {
        access.check(
                "ann",
                login,
                gate,
                "192.0.2.1:50123",
                Runnable::run,
                decision -> {
                    decisions.add(decision);
                    answered.countDown();
                });
    }

    private long count(ReasonCode code) {
        return decisions.stream()
                .filter(d -> d instanceof Decision.Denied n && n.reasonCode() == code)
                .count();
    }

    @Test
    void noMoreAreCheckedThanLeadToABan() throws InterruptedException {
        AtomicInteger checks = new AtomicInteger();
        for (int i = 0; i < GUESSES; i++) {
            check(() -> {
                checks.incrementAndGet();
                return null;
            });
        }
        gate.arrived.await(); // nobody is banned yet, and all wait to be checked
        gate.release();
        assertTrue(answered.await(30, TimeUnit.SECONDS));
        assertEquals(MOST_FAILURES, checks.get());
        assertEquals(MOST_FAILURES, count(ReasonCode.NOT_AUTHORIZED));
        assertEquals(GUESSES - MOST_FAILURES, count(ReasonCode.BANNED));
        assertEquals(1, gate.availablePermits());
    }

    @Test
    void aFailureIsCountedBeforeTheNextIsLetThrough() throws InterruptedException {
        gate.release();
        for (int i = 0; i < GUESSES; i++) {
            check(() -> null);
        }
        assertTrue(answered.await(30, TimeUnit.SECONDS));
        assertEquals(MOST_FAILURES + 1, freeWhenLogged.size(), "ten failures and the ban");
        assertTrue(freeWhenLogged.stream().allMatch(free -> free == 0), freeWhenLogged::toString);
    }
}
