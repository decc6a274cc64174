package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class TimersTest {
    /// Any setting, moving and stopping: exactly what is due runs, in the order of the deadlines.
    @Property(tries = 300)
    void runsWhatIsDueInOrder(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Timers timers = new Timers();
        List<Long> ran = new ArrayList<>();
        Map<Timers.Timer, Long> model = new HashMap<>();
        List<Timers.Timer> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Timers.Timer[] self = new Timers.Timer[1];
            Timers.Timer timer = new Timers.Timer(() -> ran.add(model.remove(self[0])));
            self[0] = timer;
            all.add(timer);
        }
        long now = 0;
        for (int i = 0; i < 400; i++) {
            Timers.Timer timer = all.get(random.nextInt(all.size()));
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    long deadline = now + random.nextInt(200);
                    timers.set(timer, deadline);
                    model.put(timer, deadline);
                }
                case 2 -> {
                    timers.stop(timer);
                    model.remove(timer);
                }
                default -> {
                    now += random.nextInt(50);
                    long limit = now;
                    List<Long> due =
                            model.values().stream().filter(d -> d <= limit).sorted().toList();
                    ran.clear();
                    timers.run(now);
                    assertEquals(due, ran);
                }
            }
            assertEquals(
                    model.values().stream().mapToLong(d -> d).min().orElse(Long.MAX_VALUE),
                    timers.nextDeadline());
            assertEquals(model.containsKey(timer), timer.isSet());
        }
    }

    @Test
    void aTimerMaySetItselfAndOthersWhileItRuns() {
        Timers timers = new Timers();
        List<String> ran = new ArrayList<>();
        Timers.Timer[] again = new Timers.Timer[1];
        Timers.Timer other = new Timers.Timer(() -> ran.add("other"));
        again[0] =
                new Timers.Timer(() -> {
                    ran.add("again");
                    timers.set(again[0], 15);
                    timers.set(other, 9);
                });
        timers.set(again[0], 5);
        timers.run(10);
        assertEquals(List.of("again", "other"), ran);
        assertTrue(again[0].isSet());
        assertFalse(other.isSet());
        assertEquals(15, timers.nextDeadline());
    }
}
