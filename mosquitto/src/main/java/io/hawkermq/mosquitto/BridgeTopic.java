package io.hawkermq.mosquitto;

import io.hawkermq.protocol.QoS;

/// What a bridge shares with the other side.
///
/// @param pattern a Topic Filter; empty if the prefixes are the whole topics
/// @param localPrefix what stands before the pattern here; may be empty
/// @param remotePrefix what stands before the pattern there; may be empty
public record BridgeTopic(
        String pattern, Direction direction, QoS qos, String localPrefix, String remotePrefix) {
    /// Which way messages go.
    public enum Direction {
        OUT,
        IN,
        BOTH
    }

    /// As it stands in a file.
    @Override
    public String toString() {
        return quoted(pattern)
                + " "
                + direction.name().toLowerCase(java.util.Locale.ROOT)
                + " "
                + qos.level()
                + (localPrefix.isEmpty() && remotePrefix.isEmpty()
                        ? ""
                        : " " + orEmpty(localPrefix) + " " + orEmpty(remotePrefix));
    }

    private static String quoted(String text) {
        return text.isEmpty() || text.indexOf(' ') >= 0 ? "\"" + text + "\"" : text;
    }

    private static String orEmpty(String prefix) {
        return prefix.isEmpty() ? "\"\"" : prefix;
    }
}
