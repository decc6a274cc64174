package io.hawkermq.protocol;

/// Tells what comes again from what comes once, by its hash: a table that is to hold what is in use
/// asks it before something that is in use gives way to something new. Names that carry a request's
/// number come once, in any number, and would otherwise take all places, and the memory and the
/// collector's time for what nobody asks for again.
///
/// It remembers 16 bits of a hash at each of 4,096 to 65,536 places; a hash that comes to the same
/// place takes the place of the one before. So what comes again while up to some hundred thousand
/// others came is known after a few times, and each further one is let in too early with a
/// probability of 1 in 65,536. Not thread-safe.
public final class Doorkeeper {
    private static final int FEWEST_BITS = 12;
    private static final int MOST_BITS = 16;

    /// Spreads what differs in a few bits only: 2 to the 32nd, divided by the golden ratio.
    private static final int SPREAD = 0x9E37_79B9;

    private int bits = FEWEST_BITS;
    private short[] noted = new short[1 << FEWEST_BITS];
    private int turnedAway;

    /// Notes a hash.
    ///
    /// @return true if it had been noted before, and nothing else at its place since
    public boolean letsIn(int hash) {
        int mixed = hash * SPREAD;
        int place = mixed >>> (32 - bits);
        short tag = (short) mixed;
        if (noted[place] == tag) {
            return true;
        }
        noted[place] = tag;
        if (++turnedAway > 2 * noted.length && bits < MOST_BITS) {
            bits++;
            noted = new short[1 << bits];
            turnedAway = 0;
        }
        return false;
    }
}
