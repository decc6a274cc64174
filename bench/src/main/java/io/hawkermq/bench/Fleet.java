package io.hawkermq.bench;

import io.hawkermq.protocol.TopicName;

/// The topics of a fleet of devices at 2,000 sites, each with filters of its own: the worst case
/// for a dictionary of levels, since every filter brings a level that no other has.
final class Fleet {
    private static final int SITES = 2_000;

    private Fleet() {}

    /// One of many distinct filters; half of them have wildcards.
    static String filter(int i) {
        return switch (i & 3) {
            case 0 -> "site/" + i % SITES + "/dev/" + i + "/+/state";
            case 1 -> "site/+/dev/" + i + "/#";
            default -> "dev/" + i + "/cmd";
        };
    }

    /// A topic that [#filter] of the same number matches, and no other filter does.
    static TopicName topic(int i) {
        return TopicName.of(
                switch (i & 3) {
                    case 0 -> "site/" + i % SITES + "/dev/" + i + "/temperature/state";
                    case 1 -> "site/" + i % SITES + "/dev/" + i + "/alarm";
                    default -> "dev/" + i + "/cmd";
                });
    }

    /// One of many distinct topics of retained messages, 4 for a device.
    static TopicName retained(int i) {
        int device = i / 4;
        String last =
                switch (i & 3) {
                    case 0 -> "state";
                    case 1 -> "temperature";
                    case 2 -> "version";
                    default -> "config";
                };
        return TopicName.of("site/" + device % SITES + "/dev/" + device + "/" + last);
    }
}
