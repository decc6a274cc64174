package io.hawkermq.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The deadlines of one shard: a binary heap in which each timer knows its place, so that setting
/// it again or stopping it leaves nothing behind, however far away the deadline was.
final class Timers {
    /// One deadline at a time, with what is to be done then.
    static final class Timer {
        private final Runnable action;
        private long deadline;
        private int place = -1;

        Timer(Runnable action) {
            this.action = action;
        }

        boolean isSet() {
            return place >= 0;
        }
    }

    private @Nullable Timer[] heap = new @Nullable Timer[16];
    private int size;

    /// The earliest deadline in milliseconds, `Long.MAX_VALUE` if none is set.
    long nextDeadline() {
        return size == 0 ? Long.MAX_VALUE : at(0).deadline;
    }

    /// Sets or moves a timer.
    void set(Timer timer, long deadline) {
        timer.deadline = deadline;
        if (timer.place < 0) {
            if (size == heap.length) {
                heap = Arrays.copyOf(heap, size * 2);
            }
            timer.place = size;
            heap[size++] = timer;
        }
        up(timer.place);
        down(timer.place);
    }

    void stop(Timer timer) {
        int place = timer.place;
        if (place < 0) {
            return;
        }
        timer.place = -1;
        Timer last = at(--size);
        heap[size] = null;
        if (last != timer) {
            put(last, place);
            up(place);
            down(last.place);
        }
    }

    /// Runs, in the order of their deadlines, the timers that are due.
    void run(long now) {
        while (size > 0 && at(0).deadline <= now) {
            Timer due = at(0);
            stop(due);
            due.action.run();
        }
    }

    private void up(int place) {
        int i = place;
        Timer timer = at(i);
        while (i > 0 && at((i - 1) / 2).deadline > timer.deadline) {
            put(at((i - 1) / 2), i);
            i = (i - 1) / 2;
        }
        put(timer, i);
    }

    private void down(int place) {
        int i = place;
        Timer timer = at(i);
        while (2 * i + 1 < size) {
            int child = 2 * i + 1;
            if (child + 1 < size && at(child + 1).deadline < at(child).deadline) {
                child++;
            }
            if (at(child).deadline >= timer.deadline) {
                break;
            }
            put(at(child), i);
            i = child;
        }
        put(timer, i);
    }

    private void put(Timer timer, int place) {
        heap[place] = timer;
        timer.place = place;
    }

    private Timer at(int place) {
        Timer timer = heap[place];
        if (timer == null) {
            throw new IllegalStateException("no timer at " + place);
        }
        return timer;
    }
}
