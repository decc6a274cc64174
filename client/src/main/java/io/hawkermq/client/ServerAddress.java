package io.hawkermq.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a server is, as a URI says it:
///
/// | scheme | what | port |
/// |---|---|---|
/// | `mqtt`, `tcp` | TCP | 1883 |
/// | `mqtts`, `ssl`, `tls` | TLS | 8883 |
/// | `ws` | WebSocket; the path is `/mqtt` where there is none | 80 |
/// | `wss` | WebSocket over TLS | 443 |
/// | `unix` | a Unix socket, `unix:///run/hawker.sock` | |
///
/// A user and a password may stand before the host, percent-encoded.
///
/// @param path of the WebSocket request, or of the Unix socket
record ServerAddress(
        Kind kind, String host, int port, String path, @Nullable Credentials credentials) {
    enum Kind {
        TCP,
        TLS,
        WEB_SOCKET,
        WEB_SOCKET_TLS,
        UNIX;

        boolean isTls() {
            return this == TLS || this == WEB_SOCKET_TLS;
        }

        boolean isWebSocket() {
            return this == WEB_SOCKET || this == WEB_SOCKET_TLS;
        }
    }

    /// Host names with an underscore, such as those of services in Docker Compose, are none to
    /// [URI], which leaves all of the authority to its reader then.
    private static final Pattern AUTHORITY =
            Pattern.compile(
                    "(?:(?<user>[^@]*)@)?(?<host>[A-Za-z0-9._-]+)(?::(?<port>[0-9]{1,5}))?");

    /// @throws IllegalArgumentException if it is no such URI; the message says why
    static ServerAddress of(String text) {
        URI uri;
        try {
            uri = new URI(text.contains("://") ? text : "mqtt://" + text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("not a URI: " + e.getMessage(), e);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        Kind kind =
                switch (scheme) {
                    case "mqtt", "tcp" -> Kind.TCP;
                    case "mqtts", "ssl", "tls" -> Kind.TLS;
                    case "ws" -> Kind.WEB_SOCKET;
                    case "wss" -> Kind.WEB_SOCKET_TLS;
                    case "unix" -> Kind.UNIX;
                    default ->
                            throw new IllegalArgumentException(
                                    "the scheme is "
                                            + scheme
                                            + ", allowed are mqtt, mqtts, ws, wss, unix, tcp, ssl"
                                            + " and tls");
                };
        if (kind == Kind.UNIX) {
            return new ServerAddress(kind, "", 0, path(uri, text), null);
        }
        String host = uri.getHost();
        String userInfo = uri.getRawUserInfo();
        int port = uri.getPort();
        if (host == null) {
            String authority = uri.getRawAuthority();
            Matcher m = AUTHORITY.matcher(authority == null ? "" : authority);
            if (!m.matches()) {
                throw new IllegalArgumentException("the URI " + scheme + "://... names no host");
            }
            userInfo = m.group("user");
            host = m.group("host");
            String digits = m.group("port");
            port = digits == null ? -1 : Integer.parseInt(digits);
        }
        if (port < 0) {
            port = defaultPort(kind);
        }
        String path =
                uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/mqtt" : uri.getRawPath();
        if (uri.getRawQuery() != null) {
            path += "?" + uri.getRawQuery();
        }
        String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new ServerAddress(kind, literal, port, path, credentials(userInfo));
    }

    /// What a Server Reference of this server means, section 4.11: `host[:port]` by the same
    /// transport, or a URI.
    ///
    /// @throws IllegalArgumentException if it is neither, or would leave TLS
    ServerAddress referred(String reference) {
        if (reference.contains("://")) {
            ServerAddress other = of(reference);
            if (other.kind == Kind.UNIX || (kind.isTls() && !other.kind.isTls())) {
                throw new IllegalArgumentException("a server may not refer to " + other);
            }
            return new ServerAddress(other.kind, other.host, other.port, other.path, null);
        }
        if (kind == Kind.UNIX) {
            return new ServerAddress(Kind.TCP, "", 0, "", null).referred(reference);
        }
        ServerAddress other = of("mqtt://" + reference);
        int port = reference.matches(".*:[0-9]+") ? other.port : defaultPort(kind);
        return new ServerAddress(kind, other.host, port, path, null);
    }

    private static String path(URI uri, String text) {
        String path = uri.getPath();
        if (path == null || path.isEmpty()) {
            throw new IllegalArgumentException("the URI " + text + " names no path");
        }
        return path;
    }

    private static int defaultPort(Kind kind) {
        return switch (kind) {
            case TCP -> 1883;
            case TLS -> 8883;
            case WEB_SOCKET -> 80;
            case WEB_SOCKET_TLS -> 443;
            case UNIX -> 0;
        };
    }

    private static @Nullable Credentials credentials(@Nullable String userInfo) {
        if (userInfo == null || userInfo.isEmpty()) {
            return null;
        }
        int colon = userInfo.indexOf(':');
        String user = decoded(colon < 0 ? userInfo : userInfo.substring(0, colon));
        return colon < 0
                ? new Credentials(user, null)
                : Credentials.of(user, decoded(userInfo.substring(colon + 1)));
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// Without credentials, for people.
    @Override
    public String toString() {
        return kind == Kind.UNIX
                ? path
                : (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
