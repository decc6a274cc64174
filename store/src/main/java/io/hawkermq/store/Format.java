package io.hawkermq.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The format of a store as a whole, a number in the record [Keys#FORMAT]. A store of an earlier
/// format is brought up to this one's when it is opened, a step at a time; one of a later format is
/// refused and left as it is, because its records might be misread.
///
/// The number goes up whenever an older version of Hawker could not read what this one writes, even if
/// this one reads all that older ones wrote. What a step writes is synced before the number is, so
/// that one that was interrupted is done again from its beginning: a step must find its own work and
/// let it be.
///
/// | format | what is new |
/// |---|---|
/// | 1 | |
/// | 2 | a delivery may say for which Shared Subscription it is |
/// | 3 | a retained message may say through which listener its publisher came, a subscription that it is owed retained messages |
/// | 4 | a delivery may be of QoS 0 |
final class Format {
    /// What this version of Hawker writes.
    static final int CURRENT = 4;

    /// Makes a store of one format one of the next.
    @FunctionalInterface
    interface Step {
        /// Changes the records that have to be changed.
        void apply(Engine engine) throws EngineException;
    }

    /// The first one leads from format 1 to 2. Nothing that an older one has is different in a newer.
    private static final List<Step> STEPS = List.of(_ -> {}, _ -> {}, _ -> {});

    private final List<Step> steps;

    Format() {
        this(STEPS);
    }

    /// For tests: as if there had been other formats.
    Format(List<Step> steps) {
        this.steps = steps;
    }

    /// The last one that this knows.
    int current() {
        return steps.size() + 1;
    }

    /// Brings a store up to the current format.
    ///
    /// @return its format if that is newer, else the current one
    int upgrade(Engine engine) throws EngineException {
        byte[] value = read(engine);
        if (value == null) {
            write(engine, current()); // a new store
            return current();
        }
        if (value.length != 1) {
            return current(); // the records have versions of their own, and tell
        }
        int format = value[0] & 0xFF;
        while (format < current()) {
            steps.get(Math.max(format, 1) - 1).apply(engine);
            engine.sync();
            format = Math.max(format, 1) + 1;
            write(engine, format);
        }
        return format;
    }

    private static void write(Engine engine, int format) throws EngineException {
        Batch batch = new Batch();
        batch.put(Keys.FORMAT, new byte[] {(byte) format});
        engine.write(batch, Engine.Sync.WAIT);
    }

    private byte @Nullable [] read(Engine engine) throws EngineException {
        try {
            return engine.get(Keys.FORMAT);
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            // The loader will meet the same damage and report it.
            return new byte[] {(byte) current()};
        }
    }
}
