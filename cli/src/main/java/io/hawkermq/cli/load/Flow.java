package io.hawkermq.cli.load;

/// What one subscriber has of one publisher, whose messages are numbered. MQTT keeps their order
/// [MQTT-4.6.0-6], so one that is not above the highest has come before or too late.
final class Flow {
    private int first = -1;
    private int highest = -1;
    private long count;

    /// @return false if it has come before or out of its order
    boolean add(int sequence) {
        if (sequence <= highest) {
            return false;
        }
        if (first < 0) {
            first = sequence;
        }
        highest = sequence;
        count++;
        return true;
    }

    long count() {
        return count;
    }

    /// How many are missing between the first and the highest that have come.
    long gaps() {
        return first < 0 ? 0 : highest - first + 1L - count;
    }
}
