package io.hawkermq.cli;

import org.jspecify.annotations.Nullable;

/// `socks5h://[USER[:PASSWORD]@]HOST[:PORT]`.
///
/// @param port 1 to 65,535
record ProxyUrl(String host, int port, @Nullable String user, @Nullable String password) {
    private static final String SCHEME = "socks5h://";
    private static final int DEFAULT_PORT = 1080;

    /// @throws OptionsException with the line that Mosquitto's tools print
    static ProxyUrl parse(String url, Tool tool) throws OptionsException {
        if (!url.startsWith(SCHEME)) {
            throw OptionsException.wrong("Error: Unsupported proxy protocol: " + url + "\n");
        }
        String rest = url.substring(SCHEME.length());
        String user = null;
        String password = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            String who = rest.substring(0, at);
            rest = rest.substring(at + 1);
            int colon = who.indexOf(':');
            if (colon == 0) {
                throw OptionsException.wrong("");
            }
            if (colon > 0 && who.indexOf(':', colon + 1) >= 0) {
                throw OptionsException.wrong("Error: Username cannot contain ':'.\n");
            }
            user = decoded(colon < 0 ? who : who.substring(0, colon), "username", tool);
            password = colon < 0 ? null : decoded(who.substring(colon + 1), "password", tool);
        }
        return withHost(rest, user, password);
    }

    private static ProxyUrl withHost(String text, @Nullable String user, @Nullable String password)
            throws OptionsException {
        String host = text;
        String port = "";
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw OptionsException.wrong("Error: Invalid proxy.\n");
            }
            host = text.substring(1, end);
            String after = text.substring(end + 1);
            port = after.startsWith(":") ? after.substring(1) : after;
        } else {
            int colon = text.indexOf(':');
            if (colon >= 0) {
                host = text.substring(0, colon);
                port = text.substring(colon + 1);
                if (port.indexOf(':') >= 0) {
                    throw OptionsException.wrong("");
                }
            }
        }
        if (host.isEmpty()) {
            throw OptionsException.wrong("Error: Invalid proxy.\n");
        }
        int number = port.isEmpty() ? DEFAULT_PORT : CNumbers.leadingInt(port);
        if (number < 1 || number > 65_535) {
            throw OptionsException.wrong("Error: Invalid proxy port " + number + "\n");
        }
        return new ProxyUrl(host, number, user, password);
    }

    /// Only what has to be written encoded in such a URL is decoded. What else is encoded, `ctrl` names
    /// and the others refuse without a word, as Mosquitto's.
    private static String decoded(String text, String what, Tool tool) throws OptionsException {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                s.append(c);
                continue;
            }
            String code = text.substring(i + 1, Math.min(i + 3, text.length()));
            switch (code) {
                case "25" -> s.append('%');
                case "3a", "3A" -> s.append(':');
                case "40" -> s.append('@');
                default ->
                        throw OptionsException.wrong(
                                tool == Tool.CTRL
                                        ? "Error: Invalid URL encoding in " + what + ".\n"
                                        : "");
            }
            i += 2;
        }
        return s.toString();
    }
}
