package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A Topic Filter, section 4.7: levels between `/`, `+` for one level, `#` for all that follow.
/// `$share/NAME/FILTER` asks for a Shared Subscription; `filter()` is then what follows NAME.
public final class TopicFilter {
    private static final String SHARE = "$share/";

    private final String text;
    private final @Nullable String shareName;
    private final String filter;
    private final boolean hasWildcard;

    private TopicFilter(String text, @Nullable String shareName, String filter) {
        this.text = text;
        this.shareName = shareName;
        this.filter = filter;
        this.hasWildcard = filter.indexOf('+') >= 0 || filter.indexOf('#') >= 0;
    }

    /// @throws IllegalArgumentException if `text` is no Topic Filter; the message says why
    public static TopicFilter of(String text) {
        String fault = Utf8.faultOf(text);
        if (fault != null) {
            throw new IllegalArgumentException(
                    "the Topic Filter " + Utf8.quoted(text) + " has " + fault);
        }
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > 65_535) { // [MQTT-4.7.3-3]
            throw new IllegalArgumentException(
                    "the Topic Filter has " + bytes + " bytes, allowed are 65535");
        }
        try {
            return parse(text);
        } catch (MalformedPacketException e) {
            throw new IllegalArgumentException(e.reason(), e);
        }
    }

    /// Reads a Topic Filter of at most 65,535 bytes without U+0000 (the string rules are the
    /// decoder's).
    ///
    /// @throws MalformedPacketException with MALFORMED_PACKET, or PROTOCOL_ERROR if it begins like
    ///     a Shared Subscription and is none; TOPIC_FILTER_INVALID is for well-formed filters that
    ///     are not allowed
    public static TopicFilter parse(String text) throws MalformedPacketException {
        int control = Utf8.controlCharacterIn(text);
        if (control >= 0) {
            throw invalid(
                    text, "it has the control character " + Utf8.name(control)); // [MQTT-4.7.3-2]
        }
        check(text);
        if (!text.startsWith(SHARE)) {
            return new TopicFilter(text, null, text);
        }
        int slash = text.indexOf('/', SHARE.length());
        String shareName = slash < 0 ? "" : text.substring(SHARE.length(), slash);
        if (shareName.isEmpty()) {
            // [MQTT-4.8.2-1]
            throw notShared(text, "a Shared Subscription is $share/NAME/FILTER with a NAME");
        }
        if (shareName.indexOf('+') >= 0 || shareName.indexOf('#') >= 0) {
            // [MQTT-4.8.2-2]
            throw notShared(text, "the Share Name has a wildcard");
        }
        String filter = text.substring(slash + 1);
        if (filter.isEmpty()) {
            throw notShared(text, "no Topic Filter follows the Share Name");
        }
        return new TopicFilter(text, shareName, filter);
    }

    private static void check(String filter) throws MalformedPacketException {
        if (filter.isEmpty()) {
            throw invalid(filter, "it is empty"); // [MQTT-4.7.3-1]
        }
        int length = filter.length();
        for (int i = 0; i < length; i++) {
            char c = filter.charAt(i);
            if (c != '+' && c != '#') {
                continue;
            }
            boolean startsLevel = i == 0 || filter.charAt(i - 1) == '/';
            if (c == '#' && (!startsLevel || i != length - 1)) {
                throw invalid(filter, "# must be the last level alone"); // [MQTT-4.7.1-1]
            }
            if (c == '+' && (!startsLevel || (i != length - 1 && filter.charAt(i + 1) != '/'))) {
                throw invalid(filter, "+ must fill a whole level"); // [MQTT-4.7.1-2]
            }
        }
    }

    private static MalformedPacketException notShared(String text, String why) {
        return invalid(ReasonCode.PROTOCOL_ERROR, text, why);
    }

    private static MalformedPacketException invalid(String text, String why) {
        return invalid(ReasonCode.MALFORMED_PACKET, text, why);
    }

    private static MalformedPacketException invalid(ReasonCode code, String text, String why) {
        return new MalformedPacketException(
                code, "the Topic Filter " + Utf8.quoted(text) + " is invalid: " + why);
    }

    /// The Share Name of a Shared Subscription, else null.
    public @Nullable String shareName() {
        return shareName;
    }

    public boolean isShared() {
        return shareName != null;
    }

    /// What Topic Names are matched against: the text without `$share/NAME/`.
    public String filter() {
        return filter;
    }

    /// True if `topic` matches, by the rules of section 4.7. Walks both texts; for many filters
    /// use an index.
    public boolean matches(TopicName topic) {
        String name = topic.toString();
        if (topic.isReserved()
                && hasWildcard
                && (filter.charAt(0) == '+' || filter.charAt(0) == '#')) {
            return false; // [MQTT-4.7.2-1]
        }
        int f = 0;
        int n = 0;
        while (f < filter.length()) {
            char c = filter.charAt(f);
            if (c == '#') {
                return true;
            }
            if (c == '+') {
                while (n < name.length() && name.charAt(n) != '/') {
                    n++;
                }
                f++;
                continue;
            }
            if (n == name.length()) {
                // "a/#" also matches "a"
                return filter.length() == f + 2 && filter.endsWith("/#");
            }
            if (c != name.charAt(n)) {
                return false;
            }
            f++;
            n++;
        }
        return n == name.length();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || (other instanceof TopicFilter t && text.equals(t.text));
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
