package io.hawkermq.client;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// A state listener that a test can wait with.
final class States implements Consumer<State> {
    private final BlockingQueue<State> seen = new LinkedBlockingQueue<>();

    @Override
    public void accept(State state) {
        seen.add(state);
    }

    /// The next state of this type, within ten seconds.
    <T extends State> T await(Class<T> type) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (true) {
            State state = seen.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (state == null) {
                throw new AssertionError("no state " + type.getSimpleName());
            }
            if (type.isInstance(state)) {
                return type.cast(state);
            }
        }
    }
}
