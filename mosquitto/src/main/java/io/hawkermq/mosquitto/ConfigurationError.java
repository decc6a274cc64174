package io.hawkermq.mosquitto;

/// Why a configuration is refused.
///
/// @param message what is wrong, in the words that tools expect where some do
/// @param advice what is allowed or meant; may be empty
/// @param origin the line
/// @param exitStatus of the broker: 3, or 1 for what Mosquitto finds only when it opens a listener
public record ConfigurationError(String message, String advice, Origin origin, int exitStatus) {
    /// The exit status for a wrong configuration.
    public static final int WRONG_CONFIGURATION = 3;

    /// The exit status for a listener that cannot be opened.
    public static final int CANNOT_LISTEN = 1;

    private static final int LONGEST = 1000;

    public ConfigurationError {
        message = printable(message);
        advice = printable(advice);
    }

    /// A file may hold anything, a log line must not: neither megabytes nor what moves a cursor.
    static String printable(String text) {
        StringBuilder safe = new StringBuilder();
        String shortened = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
        shortened
                .chars()
                .forEach(c -> {
                    if (c == '\t') {
                        safe.append("\\t");
                    } else {
                        safe.append(Character.isISOControl(c) ? '?' : (char) c);
                    }
                });
        return safe.toString();
    }

    /// One line: `Error: `, the message, the advice and the place.
    public String text() {
        StringBuilder text = new StringBuilder("Error: ").append(message);
        if (!advice.isEmpty()) {
            text.append(' ').append(advice);
        }
        if (!(origin instanceof Origin.Default)) {
            text.append(" Error found at ").append(origin).append('.');
        }
        return text.toString();
    }
}
