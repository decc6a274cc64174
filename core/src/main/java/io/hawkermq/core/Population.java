package io.hawkermq.core;

import java.util.concurrent.atomic.AtomicInteger;

/// How many sessions the whole server has, connected or not. The shards share it, so it is the one
/// counter of the core that several threads touch: two clients that connect to different shards at
/// the same moment may both become the last one allowed.
public final class Population {
    private final AtomicInteger sessions = new AtomicInteger();

    int sessions() {
        return sessions.get();
    }

    void entered() {
        sessions.incrementAndGet();
    }

    void left() {
        sessions.decrementAndGet();
    }
}
