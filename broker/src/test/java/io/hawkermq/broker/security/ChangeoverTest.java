package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ChangeoverTest {
    private final Changeover changeover = new Changeover();
    private final List<String> done = new CopyOnWriteArrayList<>();

    private boolean defers(String what) {
        return changeover.defers(() -> done.add(what));
    }

    @Test
    void whoComesDuringItGoesOnAtItsEnd() {
        assertFalse(defers("before"));
        changeover.begin();
        assertTrue(defers("a"));
        assertTrue(defers("b"));
        assertEquals(List.of(), done);
        changeover.end();
        assertEquals(2, done.size());
        assertFalse(defers("after"));
    }

    @Test
    void whoComesBetweenTheAnnouncementAndTheBeginWaitsForTheEnd() {
        AtomicBoolean isAnnounced = new AtomicBoolean(true);
        changeover.expectWhen(() -> isAnnounced.getAndSet(false), Duration.ofMinutes(1));
        assertTrue(defers("a"));
        changeover.begin();
        assertTrue(defers("b"));
        assertEquals(List.of(), done);
        changeover.end();
        assertEquals(2, done.size());
        assertFalse(defers("after"));
    }

    @Test
    void nobodyWaitsLongForWhatDoesNotCome() throws Exception {
        AtomicBoolean isAnnounced = new AtomicBoolean(true);
        changeover.expectWhen(() -> isAnnounced.getAndSet(false), Changeover.PATIENCE);
        CompletableFuture<Void> goesOn = new CompletableFuture<>();
        assertTrue(changeover.defers(() -> goesOn.complete(null)));
        goesOn.get(10, TimeUnit.SECONDS);
        assertFalse(defers("after"));
    }
}
