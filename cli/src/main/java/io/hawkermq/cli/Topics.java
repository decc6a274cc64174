package io.hawkermq.cli;

import io.hawkermq.protocol.TopicFilter;

/// What Mosquitto's tools check of topics before they connect.
final class Topics {
    private static final int MOST_LEVEL_SEPARATORS = 200;
    private static final int LONGEST = 65_535;

    private Topics() {}

    /// False for text that cannot stand in an MQTT packet. Words that were not UTF-8 have come as
    /// U+FFFD.
    static boolean isUtf8(String text) {
        return text.codePoints()
                .noneMatch(c ->
                        c < 0x20
                                || c >= 0x7f && c <= 0x9f
                                || c == 0xfffd
                                || c >= 0xfdd0 && c <= 0xfdef
                                || (c & 0xfffe) == 0xfffe
                                || c >= 0xd800 && c <= 0xdfff);
    }

    static boolean isName(String topic) {
        return !topic.isEmpty()
                && topic.indexOf('+') < 0
                && topic.indexOf('#') < 0
                && hasSize(topic);
    }

    static boolean isFilter(String filter) {
        if (filter.isEmpty()) {
            return false;
        }
        String[] levels = filter.split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            String level = levels[i];
            boolean isWild = level.indexOf('+') >= 0 || level.indexOf('#') >= 0;
            if (isWild && level.length() > 1 || level.equals("#") && i < levels.length - 1) {
                return false;
            }
        }
        return hasSize(filter) && isSharedRightly(filter);
    }

    /// [MQTT-4.8.2-1], [MQTT-4.8.2-2]
    private static boolean isSharedRightly(String filter) {
        try {
            return !TopicFilter.of(filter).toString().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hasSize(String topic) {
        return topic.chars().filter(c -> c == '/').count() <= MOST_LEVEL_SEPARATORS
                && topic.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= LONGEST;
    }
}
