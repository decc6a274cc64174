package io.hawkermq.cli;

import static io.hawkermq.cli.OptionsException.wrong;

import java.util.Locale;

/// `-L mqtt(s)|ws(s)://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC`. Nothing in it is percent-decoded, for
/// Mosquitto's tools do not.
final class UrlWord {
    private UrlWord() {}

    static void take(String url, ToolOptions o) throws OptionsException {
        int colons = url.indexOf("://");
        String scheme = colons < 0 ? "" : url.substring(0, colons).toLowerCase(Locale.ROOT);
        boolean isTls = scheme.equals("mqtts") || scheme.equals("wss");
        boolean isWebSocket = scheme.equals("ws") || scheme.equals("wss");
        if (!isTls && !isWebSocket && !scheme.equals("mqtt")) {
            throw wrong("Error: Unsupported URL scheme.\n\n");
        }
        String rest = url.substring(colons + 3);
        int slash = rest.indexOf('/');
        if (slash < 0) {
            throw wrong("Error: Invalid URL for -L argument specified - topic missing.\n");
        }
        o.port = isTls ? 8883 : 1883;
        o.isTrustingSystem |= isTls;
        o.isWebSocket |= isWebSocket;
        OptionReader.topic(o, rest.substring(slash + 1), "-L topic");
        String authority = rest.substring(0, slash);
        int at = authority.indexOf('@');
        if (at >= 0) {
            String who = authority.substring(0, at);
            authority = authority.substring(at + 1);
            int colon = who.indexOf(':');
            o.userName = colon < 0 ? who : who.substring(0, colon);
            if (colon >= 0) {
                o.password = who.substring(colon + 1);
            }
            refuseEmpty(o, o.userName, "username");
        }
        int colon = authority.indexOf(':');
        o.host = colon < 0 ? authority : authority.substring(0, colon);
        if (colon >= 0) {
            String port = authority.substring(colon + 1);
            refuseEmpty(o, port, "port");
            o.port = CNumbers.leadingInt(port);
        }
    }

    /// Only `ctrl` minds.
    private static void refuseEmpty(ToolOptions o, String text, String what)
            throws OptionsException {
        if (o.tool == Tool.CTRL && text.isEmpty()) {
            throw wrong("Error: Empty " + what + " in URL.\n");
        }
    }
}
