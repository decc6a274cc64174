package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The connections of one loop whose CONNECT has not been accepted yet. Strangers may hold only so
/// many for only so long: beyond [#MOST] the oldest is closed, and each after [#DEADLINE_MILLIS].
final class Handshakes {
    static final int MOST = 1_000;
    static final long DEADLINE_MILLIS = 10_000;

    private static final long LOOK_MILLIS = 1_000;

    private record Begun(SocketConnection connection, long at) {}

    private final Loop loop;
    // In the order in which they began, so in that of their deadlines; the settled ones stay in
    // it until they come to the front.
    private final ArrayDeque<Begun> begun = new ArrayDeque<>();
    private int pending;
    private boolean isWatching;

    Handshakes(Loop loop) {
        this.loop = loop;
    }

    int pending() {
        return pending;
    }

    void add(SocketConnection connection) {
        begun.add(new Begun(connection, loop.now()));
        pending++;
        dropSettled();
        if (pending > MOST) {
            Begun oldest = begun.remove();
            loop.log().log(
                    LogLevel.WARNING,
                    "More than "
                            + MOST
                            + " connections wait for their CONNECT; closing the oldest.");
            oldest.connection().abort("too many connections wait for their CONNECT");
        }
        watch();
    }

    /// A connection added before was accepted, closed, or moved to another loop.
    void settled() {
        pending--;
        dropSettled();
    }

    /// Closes all of them, because the broker stops.
    void abortAll(String why) {
        // Of a copy: each that is settled takes itself and others out.
        for (Begun b : List.copyOf(begun)) {
            if (b.connection().isHandshaking(loop)) {
                b.connection().abort(why);
            }
        }
    }

    private void dropSettled() {
        while (!begun.isEmpty() && !begun.element().connection().isHandshaking(loop)) {
            begun.remove();
        }
    }

    private void watch() {
        if (!isWatching) {
            isWatching = true;
            loop.eventLoop().schedule(this::look, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void look() {
        isWatching = false;
        loop.beginTurn();
        dropSettled();
        while (!begun.isEmpty() && begun.element().at() + DEADLINE_MILLIS <= loop.now()) {
            begun.remove()
                    .connection()
                    .abort("no CONNECT was completed within " + DEADLINE_MILLIS / 1_000 + " s");
            dropSettled();
        }
        if (!begun.isEmpty()) {
            watch();
        }
    }
}
