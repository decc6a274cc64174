package io.hawkermq.store;

/// How many records refer to each message that has a record of its own: 16 bytes for a message, because
/// there may be millions whose deliveries are in the store only. Numbers begin with 1.
///
/// Of the storage thread alone.
final class Bodies {
    private static final int EXPIRES = 1 << 31;

    /// 0 where there is none.
    private long[] numbers = new long[64];

    private int[] references = new int[64];
    private int[] sizes = new int[64];
    private int count;

    int count() {
        return count;
    }

    /// Adds one that nothing refers to, or does nothing if it is there.
    ///
    /// @param bytes what a reference to the message is charged
    void put(long number, int bytes, boolean expires) {
        int at = find(number);
        if (numbers[at] == number) {
            return;
        }
        if (2 * (count + 1) > numbers.length) {
            grow();
            at = find(number);
        }
        numbers[at] = number;
        references[at] = 0;
        sizes[at] = expires ? bytes | EXPIRES : bytes;
        count++;
    }

    boolean has(long number) {
        return numbers[find(number)] == number;
    }

    int bytes(long number) {
        return sizes[find(number)] & ~EXPIRES;
    }

    boolean expires(long number) {
        return (sizes[find(number)] & EXPIRES) != 0;
    }

    int references(long number) {
        int at = find(number);
        return numbers[at] == number ? references[at] : 0;
    }

    /// @return the references there are now
    int refer(long number, int change) {
        int at = find(number);
        if (numbers[at] != number) {
            return 0;
        }
        references[at] += change;
        return references[at];
    }

    void remove(long number) {
        int at = find(number);
        if (numbers[at] != number) {
            return;
        }
        count--;
        numbers[at] = 0;
        // What was put further on because this place was taken moves up.
        int mask = numbers.length - 1;
        for (int next = (at + 1) & mask; numbers[next] != 0; next = (next + 1) & mask) {
            long moved = numbers[next];
            int ofReferences = references[next];
            int ofSize = sizes[next];
            numbers[next] = 0;
            int to = find(moved);
            numbers[to] = moved;
            references[to] = ofReferences;
            sizes[to] = ofSize;
        }
    }

    /// Takes one number.
    interface Taker {
        void body(long number);
    }

    /// Those that nothing refers to.
    void forEachUnused(Taker taker) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0 && references[i] == 0) {
                taker.body(numbers[i]);
            }
        }
    }

    /// Where it is, or where it belongs.
    private int find(long number) {
        int mask = numbers.length - 1;
        int at = (int) ((number * 0x9E37_79B9_7F4A_7C15L) >>> 32) & mask;
        while (numbers[at] != 0 && numbers[at] != number) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldNumbers = numbers;
        int[] oldReferences = references;
        int[] oldSizes = sizes;
        numbers = new long[2 * oldNumbers.length];
        references = new int[numbers.length];
        sizes = new int[numbers.length];
        for (int i = 0; i < oldNumbers.length; i++) {
            if (oldNumbers[i] != 0) {
                int at = find(oldNumbers[i]);
                numbers[at] = oldNumbers[i];
                references[at] = oldReferences[i];
                sizes[at] = oldSizes[i];
            }
        }
    }
}
