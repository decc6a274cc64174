package io.hawkermq.broker;

import io.hawkermq.core.Population;
import java.util.concurrent.atomic.AtomicInteger;

/// The sessions of all loops; each counts its own from its own thread.
final class SharedPopulation implements Population {
    private final AtomicInteger sessions = new AtomicInteger();

    @Override
    public int sessions() {
        return sessions.get();
    }

    @Override
    public void entered() {
        sessions.incrementAndGet();
    }

    @Override
    public void left() {
        sessions.decrementAndGet();
    }
}
