package io.hawkermq.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// Asks a proxy for a tunnel, on a channel that blocks. Reads byte by byte where it must not read
/// too far: what follows belongs to the server.
final class ProxyHandshake {
    /// The longest answer of an HTTP proxy, in bytes.
    private static final int LONGEST_HEAD = 16 * 1024;

    private final SocketChannel channel;
    private final Proxy proxy;
    private final String host;
    private final int port;

    ProxyHandshake(SocketChannel channel, Proxy proxy, String host, int port) {
        this.channel = channel;
        this.proxy = proxy;
        this.host = host;
        this.port = port;
    }

    void run() throws IOException {
        switch (proxy.kind()) {
            case SOCKS5 -> socks5();
            case HTTP -> http();
        }
    }

    private void socks5() throws IOException {
        Credentials credentials = proxy.credentials();
        write(credentials == null ? new byte[] {5, 1, 0} : new byte[] {5, 2, 0, 2});
        byte[] choice = read(2);
        if (choice[0] != 5) {
            throw new IOException("the proxy does not speak SOCKS5");
        }
        if (choice[1] == 2 && credentials != null) {
            authenticate(credentials);
        } else if (choice[1] != 0) {
            throw new IOException("the SOCKS5 proxy wants authentication");
        }
        byte[] name = host.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(new byte[] {5, 1, 0, 3});
        short255(request, name, "host name");
        request.write(port >> 8);
        request.write(port);
        write(request.toByteArray());
        byte[] answer = read(4);
        if (answer[1] != 0) {
            throw new IOException("the SOCKS5 proxy refuses: " + socksError(answer[1]));
        }
        int rest =
                switch (answer[3]) {
                    case 1 -> 4;
                    case 3 -> read(1)[0] & 0xFF;
                    case 4 -> 16;
                    default -> throw new IOException("the proxy breaks SOCKS5");
                };
        read(rest + 2);
    }

    private void authenticate(Credentials credentials) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(1);
        short255(request, utf8(credentials.userName()), "user name");
        byte[] password = credentials.password();
        short255(request, password == null ? new byte[0] : password, "password");
        write(request.toByteArray());
        if (read(2)[1] != 0) {
            throw new IOException("the SOCKS5 proxy refuses the user name or the password");
        }
    }

    private static void short255(ByteArrayOutputStream out, byte[] bytes, String what)
            throws IOException {
        if (bytes.length > 255) {
            throw new IOException("the " + what + " is too long for SOCKS5");
        }
        out.write(bytes.length);
        out.writeBytes(bytes);
    }

    private static byte[] utf8(@Nullable String text) {
        return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    }

    private static String socksError(byte code) {
        return switch (code) {
            case 1 -> "general failure";
            case 2 -> "not allowed";
            case 3 -> "network unreachable";
            case 4 -> "host unreachable";
            case 5 -> "connection refused";
            case 6 -> "TTL expired";
            default -> "code " + code;
        };
    }

    private void http() throws IOException {
        String target = (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        StringBuilder request =
                new StringBuilder("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n");
        Credentials credentials = proxy.credentials();
        if (credentials != null) {
            ByteArrayOutputStream both = new ByteArrayOutputStream();
            both.writeBytes(utf8(credentials.userName()));
            both.write(':');
            byte[] password = credentials.password();
            both.writeBytes(password == null ? new byte[0] : password);
            request.append("Proxy-Authorization: Basic ")
                    .append(Base64.getEncoder().encodeToString(both.toByteArray()))
                    .append("\r\n");
        }
        write(request.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ended = 0;
        while (ended < 4) {
            int b = read(1)[0];
            head.write(b);
            ended = b == (ended % 2 == 0 ? '\r' : '\n') ? ended + 1 : b == '\r' ? 1 : 0;
            if (head.size() > LONGEST_HEAD) {
                throw new IOException("the HTTP proxy answers without end");
            }
        }
        String line = head.toString(StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
        if (!line.matches("HTTP/1\\.[01] 2\\d\\d.*")) {
            throw new IOException("the HTTP proxy refuses: " + line);
        }
    }

    private void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private byte[] read(int count) throws IOException {
        byte[] bytes = new byte[count];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new IOException("the proxy has closed the connection");
            }
        }
        return bytes;
    }
}
