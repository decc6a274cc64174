package io.hawkermq.core.simulation;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One direction of a simulated network connection: bytes arrive in order, in pieces of any size,
/// late, or, once it breaks, only up to any byte.
final class Pipe {
    /// The receiving end.
    interface Receiver {
        void onBytes(byte[] piece);

        /// Nothing more will come.
        void onEnd(String why);
    }

    private static final int LONGEST_PING = 4;

    private final World world;
    private final Schedule schedule;
    private final RandomGenerator random;
    private final Receiver receiver;
    private final Runnable onMoved;
    private byte[] bytes = new byte[256];
    private int from;
    private int to;
    private boolean isMoving;
    private boolean isStalled;
    private boolean isOver;
    private @Nullable String ending;

    /// @param onMoved called when the network has taken bytes
    Pipe(World world, Receiver receiver, Runnable onMoved) {
        this.world = world;
        this.schedule = world.schedule();
        this.random = world.random();
        this.receiver = receiver;
        this.onMoved = onMoved;
    }

    /// Bytes that the network has not taken.
    int waiting() {
        return to - from;
    }

    boolean isOver() {
        return isOver;
    }

    void write(byte[] source, int length) {
        if (ending != null) {
            return;
        }
        if (bytes.length - to < length) {
            byte[] target = new byte[Math.max(256, 2 * (to - from + length))];
            System.arraycopy(bytes, from, target, 0, to - from);
            bytes = target;
            to -= from;
            from = 0;
        }
        System.arraycopy(source, 0, bytes, to, length);
        to += length;
        move();
    }

    /// The sender is done: what it has written still arrives.
    void close(String why) {
        if (ending == null) {
            ending = why;
            move();
        }
    }

    /// The connection breaks: of what is under way an arbitrary part still arrives.
    void breakOff(String why) {
        if (ending == null) {
            to = from + random.nextInt(to - from + 1);
        }
        ending = ending == null ? why : ending;
        resume();
    }

    /// Nothing arrives any more and nobody is told.
    void vanish() {
        isOver = true;
        ending = "vanished";
        from = to;
    }

    /// The receiver learns at last that the other end is gone.
    void revealEnd(String why) {
        if (isOver) {
            receiver.onEnd(why);
        }
    }

    /// The receiver stops reading.
    void stall() {
        isStalled = true;
    }

    /// The receiver reads on.
    void resume() {
        isStalled = false;
        move();
    }

    private void move() {
        if (isMoving || isOver || isStalled || (from == to && ending == null)) {
            return;
        }
        isMoving = true;
        schedule.in(random.nextInt(world.latency() + 1), this::arrive);
    }

    private void arrive() {
        isMoving = false;
        if (isOver || isStalled) {
            return;
        }
        if (from == to) {
            isOver = true;
            receiver.onEnd(ending == null ? "?" : ending);
            return;
        }
        int length =
                1 + random.nextInt(Math.min(to - from, 1 + random.nextInt(world.pieceBytes())));
        byte[] piece = Arrays.copyOfRange(bytes, from, from + length);
        from += length;
        if (to - from > LONGEST_PING) {
            world.progress();
        }
        onMoved.run();
        receiver.onBytes(piece);
        move();
    }
}
