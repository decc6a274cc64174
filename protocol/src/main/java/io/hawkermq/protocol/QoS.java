package io.hawkermq.protocol;

/// The Quality of Service levels of section 4.3.
public enum QoS {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final QoS[] ALL = values();

    /// @param level 0, 1 or 2
    /// @throws IllegalArgumentException for any other level
    public static QoS of(int level) {
        if (level < 0 || level > 2) {
            throw new IllegalArgumentException("QoS " + level + " is not 0, 1 or 2");
        }
        return ALL[level];
    }

    /// 0, 1 or 2, as on the wire.
    public int level() {
        return ordinal();
    }

    /// The lower of both: what a subscriber gets of a message [MQTT-3.8.4-8].
    public QoS min(QoS other) {
        return ordinal() <= other.ordinal() ? this : other;
    }

    /// The higher of both: what counts for overlapping subscriptions [MQTT-3.3.4-2].
    public QoS max(QoS other) {
        return ordinal() >= other.ordinal() ? this : other;
    }
}
