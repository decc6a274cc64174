package io.hawkermq.mosquitto.dynsec;

import org.jspecify.annotations.Nullable;

/// Whether a Topic Filter of an ACL covers a Topic Name, or each topic of another filter. Made to be
/// asked for every message: it walks both texts once and allocates nothing.
final class TopicPattern {
    private TopicPattern() {}

    /// @param pattern in which the levels `%c` and `%u` stand for the client
    /// @param topic a Topic Name or a Topic Filter
    static boolean covers(
            String pattern, String topic, String clientId, @Nullable String userName) {
        if ((pattern.charAt(0) == '$') != (!topic.isEmpty() && topic.charAt(0) == '$')) {
            return false; // [MQTT-4.7.2-1]
        }
        int p = 0;
        int t = 0;
        while (true) {
            int pEnd = end(pattern, p);
            if (pEnd - p == 1 && pattern.charAt(p) == '#') {
                return true; // its parent's level included
            }
            if (t > topic.length()) {
                return false;
            }
            int tEnd = end(topic, t);
            if (!takes(pattern, p, pEnd, topic, t, tEnd, clientId, userName)) {
                return false;
            }
            if (pEnd == pattern.length()) {
                return tEnd == topic.length();
            }
            p = pEnd + 1;
            t = tEnd + 1;
        }
    }

    private static int end(String text, int from) {
        int slash = text.indexOf('/', from);
        return slash < 0 ? text.length() : slash;
    }

    private static boolean takes(
            String pattern,
            int p,
            int pEnd,
            String topic,
            int t,
            int tEnd,
            String clientId,
            @Nullable String userName) {
        int length = tEnd - t;
        if (length == 1 && topic.charAt(t) == '#') {
            return false;
        }
        if (pEnd - p == 1 && pattern.charAt(p) == '+') {
            return true;
        }
        if (pEnd - p == 2 && pattern.charAt(p) == '%') {
            char c = pattern.charAt(p + 1);
            if (c == 'c') {
                return is(clientId, topic, t, length);
            }
            if (c == 'u') {
                return userName != null && is(userName, topic, t, length);
            }
        }
        return pEnd - p == length && pattern.regionMatches(p, topic, t, length);
    }

    /// An empty name is nobody's. One that is a wildcard stands for nothing: a client that calls
    /// itself `+` would get what belongs to all others.
    private static boolean is(String name, String topic, int from, int length) {
        return !name.isEmpty()
                && !name.equals("+")
                && name.length() == length
                && topic.regionMatches(from, name, 0, length);
    }
}
