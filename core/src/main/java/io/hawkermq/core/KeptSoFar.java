package io.hawkermq.core;

/// Up to which of each shard's messages the keeper of the retained messages had taken them at one
/// moment.
final class KeptSoFar {
    /// Before anything was kept.
    static final KeptSoFar NOTHING = new KeptSoFar(new long[0]);

    private final long[] numbers;

    private KeptSoFar(long[] numbers) {
        this.numbers = numbers;
    }

    /// @param numbers by shard; copied
    static KeptSoFar of(long[] numbers) {
        return new KeptSoFar(numbers.clone());
    }

    /// True if at that moment this message was retained, or what has replaced it.
    boolean includes(RetainNumber message) {
        return message.shard() < numbers.length && message.number() <= numbers[message.shard()];
    }
}
