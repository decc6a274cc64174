package io.hawkermq.store;

import java.math.BigInteger;
import java.util.Arrays;

/// Reads all records of a range, stepping over those that are damaged.
///
/// A damaged block says neither how many records it holds nor where the next one begins: the next
/// readable key is searched by doubling the distance, then halving it.
final class Scan implements AutoCloseable {
    /// Is told of each range that cannot be read.
    interface Damage {
        /// @param after the last key before it
        /// @param until where it goes on
        void range(byte[] after, byte[] until, String message);
    }

    /// Keys are compared by so many bytes when the end of a damaged block is searched.
    private static final int WIDTH = 96;

    private final Engine engine;
    private final byte[] to;
    private final Damage damage;
    private Engine.Cursor cursor;
    private byte[] last;

    Scan(Engine engine, byte[] from, byte[] to, Damage damage) {
        this.engine = engine;
        this.cursor = engine.cursor(from, to);
        this.to = to;
        this.damage = damage;
        this.last = from;
    }

    /// @throws EngineException if reading fails for another reason than damage
    boolean next() throws EngineException {
        boolean hasNext;
        try {
            hasNext = cursor.next();
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            hasNext = stepOver(String.valueOf(e.getMessage()));
        }
        if (hasNext) {
            last = cursor.key();
        }
        return hasNext;
    }

    byte[] key() {
        return last;
    }

    byte[] value() {
        return cursor.value();
    }

    private boolean stepOver(String message) throws EngineException {
        BigInteger begin = number(last);
        BigInteger end = number(to);
        BigInteger bad = begin;
        BigInteger good = end;
        for (int bit = 0; bit < 8 * WIDTH; bit++) {
            BigInteger tried = begin.add(BigInteger.ONE.shiftLeft(bit));
            if (tried.compareTo(end) >= 0) {
                break;
            }
            if (isReadableFrom(tried)) {
                good = tried;
                break;
            }
            bad = tried;
        }
        while (good.subtract(bad).compareTo(BigInteger.ONE) > 0) {
            BigInteger middle = good.add(bad).shiftRight(1);
            if (isReadableFrom(middle)) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        damage.range(last, key(good), message);
        if (good.equals(end)) {
            return false;
        }
        cursor.close();
        cursor = engine.cursor(key(good), to);
        return cursor.next();
    }

    private boolean isReadableFrom(BigInteger key) throws EngineException {
        // A cursor of its own: one that has met damage may go on to report it elsewhere.
        try (Engine.Cursor probe = engine.cursor(key(key), to)) {
            probe.next();
            return true;
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            return false;
        }
    }

    private static BigInteger number(byte[] key) {
        return new BigInteger(1, Arrays.copyOf(key, WIDTH));
    }

    private static byte[] key(BigInteger number) {
        byte[] digits = number.toByteArray();
        byte[] key = new byte[WIDTH];
        int count = Math.min(digits.length, WIDTH);
        System.arraycopy(digits, digits.length - count, key, WIDTH - count, count);
        // Without the zeros that make up the width: with them, it would come after the key it
        // stands
        // for.
        int length = WIDTH;
        while (length > 1 && key[length - 1] == 0) {
            length--;
        }
        return Arrays.copyOf(key, length);
    }

    @Override
    public void close() {
        cursor.close();
    }
}
