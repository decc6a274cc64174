package io.hawkermq.core;

import java.util.Arrays;

/// Which shard owns which sessions. Client Identifiers fall by hash into 64 slots; a slot, with all
/// its sessions and connections, belongs to one shard and moves as a whole when load is spread
/// over more loops. Immutable: a move makes a new one.
public final class Slots {
    public static final int COUNT = 64;

    private final byte[] shards;

    /// By shard: a bit for each slot that it owns.
    private final long[] owned = new long[Shard.MOST];

    private Slots(byte[] shards) {
        this.shards = shards;
        for (int slot = 0; slot < COUNT; slot++) {
            owned[shards[slot]] |= 1L << slot;
        }
    }

    /// All slots in shard 0: a quiet server wakes one thread only.
    public static Slots onOneShard() {
        return new Slots(new byte[COUNT]);
    }

    /// @param shards 1 to 64
    public static Slots over(int shards) {
        byte[] spread = new byte[COUNT];
        for (int slot = 0; slot < COUNT; slot++) {
            spread[slot] = (byte) (slot % shards);
        }
        return new Slots(spread);
    }

    public static int slotOf(String clientId) {
        int h = clientId.hashCode();
        h ^= h >>> 16;
        h *= 0x45d9f3b;
        return (h ^ (h >>> 16)) & (COUNT - 1);
    }

    public int shardOf(String clientId) {
        return shards[slotOf(clientId)];
    }

    public int shardOfSlot(int slot) {
        return shards[slot];
    }

    /// A bit for each slot that a shard owns.
    long of(int shard) {
        return owned[shard];
    }

    public Slots with(int slot, int shard) {
        byte[] changed = shards.clone();
        changed[slot] = (byte) shard;
        return new Slots(changed);
    }

    /// A bit for each shard that owns at least one slot.
    public long activeShards() {
        long active = 0;
        for (byte shard : shards) {
            active |= 1L << shard;
        }
        return active;
    }

    @Override
    public String toString() {
        return Arrays.toString(shards);
    }
}
