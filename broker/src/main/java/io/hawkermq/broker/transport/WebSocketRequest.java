package io.hawkermq.broker.transport;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The HTTP request that opens a WebSocket (RFC 6455, section 4.2), and what is answered to it.
final class WebSocketRequest {
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /// In the order of preference: MQTT, and MQTT 3.1 as its clients call it.
    private static final List<String> SUBPROTOCOLS = List.of("mqtt", "mqttv3.1");

    sealed interface Answer {
        String response();
    }

    /// @param client the address that a proxy names, null if none does
    record Accepted(String response, @Nullable String client) implements Answer {}

    /// @param response empty for none
    record Refused(String response, String why) implements Answer {}

    private final Map<String, String> headers = new HashMap<>();

    private WebSocketRequest() {}

    /// @param text the request up to its empty line
    static Answer answer(String text, WebSocketOptions options) {
        WebSocketRequest request = new WebSocketRequest();
        String[] lines = text.split("\r?\n");
        String first = lines.length == 0 ? "" : lines[0]; // nothing but line ends are no lines
        String[] words = first.split(" ", -1);
        if (words.length != 3 || !words[2].matches("HTTP/\\d\\.\\d") || words[1].isEmpty()) {
            return refused("400 Bad Request", "", "it is no HTTP request");
        }
        if (!request.readHeaders(lines)) {
            return refused("400 Bad Request", "", "a line of its HTTP header is broken");
        }
        if (!words[0].equals("GET")) {
            return refused(
                    "405 Method Not Allowed", "Allow: GET\r\n", "its HTTP method is not GET");
        }
        if (words[2].equals("HTTP/1.0")
                || !request.has("connection", "upgrade")
                || !request.has("upgrade", "websocket")) {
            return refused(
                    "426 Upgrade Required",
                    "Upgrade: websocket\r\nConnection: Upgrade\r\n",
                    "it asks for no WebSocket, and this listener has nothing else");
        }
        return request.answer(options);
    }

    private boolean readHeaders(String[] lines) {
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon < 1 || !TOKEN.matcher(lines[i].substring(0, colon)).matches()) {
                return false;
            }
            String name = lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            // Several lines are one list; of what must be one value, a list is wrong.
            headers.merge(name, value, (a, b) -> a + ", " + b);
        }
        return true;
    }

    private String header(String name) {
        return headers.getOrDefault(name, "");
    }

    private boolean has(String name, String element) {
        return Arrays.stream(header(name).split(","))
                .anyMatch(e -> e.strip().equalsIgnoreCase(element));
    }

    private Answer answer(WebSocketOptions options) {
        if (!header("sec-websocket-version").equals("13")) {
            return refused(
                    "426 Upgrade Required",
                    "Sec-WebSocket-Version: 13\r\n",
                    "its version of WebSocket is not 13");
        }
        String key = header("sec-websocket-key");
        if (!isKey(key)) {
            return refused("400 Bad Request", "", "its Sec-WebSocket-Key is not 16 bytes");
        }
        String origin = headers.get("origin");
        if (origin != null && !options.origins().isEmpty() && !options.origins().contains(origin)) {
            // As with Mosquitto, without an answer; who sends no Origin is no browser.
            return new Refused("", "the Origin '" + origin + "' is not admitted by this listener");
        }
        List<String> offered =
                Arrays.stream(header("sec-websocket-protocol").split(","))
                        .map(String::strip)
                        .toList();
        for (String subprotocol : SUBPROTOCOLS) {
            if (offered.contains(subprotocol)) {
                return new Accepted(
                        "HTTP/1.1 101 Switching Protocols\r\n"
                                + "Upgrade: WebSocket\r\n"
                                + "Connection: Upgrade\r\n"
                                + "Sec-WebSocket-Accept: "
                                + accept(key)
                                + "\r\nSec-WebSocket-Protocol: "
                                + subprotocol // [MQTT-6.0.0-4]
                                + "\r\n\r\n",
                        ForwardedFor.client(
                                headers.get("forwarded"), headers.get("x-forwarded-for")));
            }
        }
        return refused(
                "400 Bad Request", "", "it does not offer the subprotocol mqtt"); // [MQTT-6.0.0-3]
    }

    private static boolean isKey(String key) {
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static String accept(String key) {
        try {
            byte[] text = (key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII);
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /// @param headers whole lines
    static Refused refused(String status, String headers, String why) {
        String body = "This is an MQTT broker: " + why.replaceAll("[^ -~]", "?") + ".\n";
        return new Refused(
                "HTTP/1.1 "
                        + status
                        + "\r\n"
                        + headers
                        + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: "
                        + body.length()
                        + (headers.contains("Connection:") ? "" : "\r\nConnection: close")
                        + "\r\n\r\n"
                        + body,
                why);
    }
}
