package io.hawkermq.core.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the oracle's model did in each turn of a shard that may still be lost, and how to take it
/// back. A turn is lost if its batch is: what it changed never happened, and nobody may have been
/// told that it has.
final class History {
    private static final class Turn {
        final List<Runnable> undo = new ArrayList<>();
        final Set<Object> touched = new HashSet<>();
        long batch;
    }

    private final boolean isKept;
    private final Deque<Turn> turns = new ArrayDeque<>();
    private @Nullable Turn current;
    private long appended;

    History(boolean isKept) {
        this.isKept = isKept;
    }

    void begin() {
        if (isKept) {
            current = new Turn();
        }
    }

    void end() {
        Turn turn = current;
        current = null;
        if (turn != null && !turn.undo.isEmpty()) {
            turn.batch = appended; // without one of its own it goes with the one before it
            turns.add(turn);
        }
    }

    /// A batch was handed in; the current turn's.
    void appended(long index) {
        appended = index;
    }

    /// Something happened in the current turn, unless there is none.
    void did(Runnable undo) {
        Turn turn = current;
        if (turn != null) {
            turn.undo.add(undo);
        }
    }

    /// True if this is the first change of something in the current turn.
    boolean touches(Object what) {
        Turn turn = current;
        return turn != null && turn.touched.add(what);
    }

    /// To be given to [#undoSince].
    int mark() {
        Turn turn = current;
        return turn == null ? 0 : turn.undo.size();
    }

    /// Takes back what the current turn did since then.
    void undoSince(int mark) {
        Turn turn = current;
        if (turn != null) {
            undo(turn.undo.subList(mark, turn.undo.size()));
            turn.touched.clear();
        }
    }

    private static void undo(List<Runnable> done) {
        List<Runnable> reversed = new ArrayList<>(done.reversed());
        done.clear();
        reversed.forEach(Runnable::run);
    }

    /// All batches up to this one can no longer be lost.
    void durable(long batch) {
        for (Turn t = turns.peek(); t != null && t.batch <= batch; t = turns.peek()) {
            turns.remove();
        }
    }

    /// All batches after this one are lost.
    void rollBack(long batch) {
        current = null;
        for (Turn t = turns.peekLast(); t != null && t.batch > batch; t = turns.peekLast()) {
            turns.removeLast();
            undo(t.undo);
        }
        turns.clear();
        appended = batch;
    }
}
