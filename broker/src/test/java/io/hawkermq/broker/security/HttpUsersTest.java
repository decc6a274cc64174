package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.hawkermq.broker.TestCertificates;
import io.hawkermq.broker.security.HttpUsers.Answer;
import io.hawkermq.broker.security.HttpUsers.Parameters;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a web service that is broken, slow or an impostor answers lets nobody in. It is a plain
/// socket here, so that it can break the rules of HTTP.
class HttpUsersTest {
    private static final byte[] PASSWORD = "pw".getBytes(StandardCharsets.UTF_8);

    private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final CountDownLatch isOver = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();

    HttpUsersTest() throws IOException {}

    private interface Behaviour {
        void answer(Socket client) throws IOException, InterruptedException;
    }

    private void serve(Behaviour behaviour) {
        Thread.ofVirtual()
                .start(() -> {
                    while (true) {
                        try (Socket client = server.accept()) {
                            readHead(client.getInputStream());
                            requests.incrementAndGet();
                            behaviour.answer(client);
                        } catch (InterruptedException e) {
                            return;
                        } catch (IOException e) {
                            if (server.isClosed()) {
                                return;
                            }
                        }
                    }
                });
    }

    /// The head and the small body of a request.
    private static void readHead(InputStream in) throws IOException {
        String text = "";
        while (!text.contains("\r\n\r\n") || !text.endsWith("}")) {
            int b = in.read();
            if (b < 0) {
                return;
            }
            text += (char) b;
        }
    }

    @AfterEach
    void stop() throws IOException {
        isOver.countDown();
        server.close();
    }

    private static HttpUsers.Service service(String base, Answer answer, Duration timeout) {
        return new HttpUsers.Service(
                URI.create(base + "/user"),
                Optional.of(URI.create(base + "/superuser")),
                Parameters.JSON,
                answer,
                timeout,
                "test");
    }

    private HttpUsers users(Answer answer, Duration timeout) {
        return new HttpUsers(service("http://127.0.0.1:" + server.getLocalPort(), answer, timeout));
    }

    private HttpUsers users(Answer answer) {
        return users(answer, Duration.ofSeconds(5));
    }

    private static void write(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        client.getOutputStream().flush();
    }

    private static UncheckedIOException unanswered(HttpUsers users) {
        UncheckedIOException e =
                assertThrows(UncheckedIOException.class, () -> users.admits("ann", PASSWORD, "c"));
        assertFalse(String.valueOf(e.getMessage()).contains("pw"), "a password in the log");
        return e;
    }

    /// Of an answer without an end no more is taken than is allowed, whatever would follow.
    @ParameterizedTest
    @EnumSource(Answer.class)
    void anAnswerThatIsTooLongIsGivenUp(Answer answer) {
        CountDownLatch isCut = new CountDownLatch(1);
        serve(client -> {
            write(client, "HTTP/1.1 200 OK\r\n\r\n{\"Ok\":true, \"x\":\"");
            String block = "x".repeat(65_536);
            try {
                while (true) {
                    write(client, block);
                }
            } catch (IOException e) {
                isCut.countDown();
            }
        });
        unanswered(users(answer));
        assertTrue(await(isCut), "the service still writes");
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The status alone says yes, but the answer is not whole.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nok",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
                "SSH-2.0-OpenSSH\r\n\r\n",
            })
    void aServiceThatHangsUpInTheMidstOfItsAnswerSaysNothing(String part) {
        serve(client -> write(client, part));
        unanswered(users(Answer.STATUS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"500 Oops", "502 Bad", "503 Busy", "429 Slow down", "408 Late"})
    void aServiceInTroubleSaysNothing(String status) {
        serve(client -> write(client, "HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nok"));
        unanswered(users(Answer.TEXT));
    }

    /// Else a password would go wherever an answer says.
    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectIsNotFollowed(int status) {
        serve(client ->
                write(
                        client,
                        "HTTP/1.1 "
                                + status
                                + " Elsewhere\r\nLocation: http://127.0.0.1:"
                                + server.getLocalPort()
                                + "/other\r\nContent-Length: 0\r\n\r\n"));
        unanswered(users(Answer.STATUS));
        assertEquals(1, requests.get());
    }

    @Test
    void aServiceThatIsSlowIsGivenUp() {
        serve(client -> {
            write(client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n");
            isOver.await();
        });
        String said =
                String.valueOf(
                        unanswered(users(Answer.STATUS, Duration.ofMillis(200))).getMessage());
        assertTrue(said.contains("no answer within"), said);
    }

    @Test
    void aServiceThatIsNotThereSaysNothing() throws IOException {
        server.close();
        unanswered(users(Answer.STATUS));
    }

    /// The first answer lets the user in, the second one does not come.
    @Test
    void aFailureWhenSuperusersAreAskedForIsNoYes() {
        serve(client ->
                write(
                        client,
                        requests.get() == 1
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                : "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"));
        HttpUsers users = users(Answer.STATUS);
        unanswered(users);
        assertEquals(2, requests.get());
    }

    @Test
    void overTlsOnlyWhoHasTheRightCertificateIsBelieved(@TempDir Path folder) throws Exception {
        TestCertificates certificates = new TestCertificates(folder);
        certificates.root("root", "root");
        certificates.root("other", "other");
        for (String name : List.of("server", "misnamed")) {
            certificates.key(name, "EC");
        }
        certificates.issue("server", "root", "server", "/CN=localhost");
        certificates.issue("misnamed", "root", "serverOnly", "/CN=elsewhere"); // without any name
        HttpsServer secure = secure(certificates.client("root.crt", "server"));
        HttpsServer misnamed = secure(certificates.client("root.crt", "misnamed"));
        try {
            SSLContext right = certificates.client("root.crt", null);
            int port = secure.getAddress().getPort();
            assertNotNull(users("https://localhost:" + port, right).admits("ann", PASSWORD, "c"));
            int asked = requests.get();
            unanswered(users("https://localhost:" + port, certificates.client("other.crt", null)));
            unanswered(new HttpUsers(secureService("https://localhost:" + port)));
            unanswered(users("https://localhost:" + misnamed.getAddress().getPort(), right));
            assertEquals(asked, requests.get(), "a password has gone to somebody else");
        } finally {
            secure.stop(0);
            misnamed.stop(0);
        }
    }

    private HttpsServer secure(SSLContext identity) throws IOException {
        HttpsServer secure =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        secure.setHttpsConfigurator(new HttpsConfigurator(identity));
        secure.createContext(
                "/",
                exchange -> {
                    requests.incrementAndGet();
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        secure.start();
        return secure;
    }

    private static HttpUsers.Service secureService(String base) {
        return service(base, Answer.STATUS, Duration.ofSeconds(5));
    }

    private static HttpUsers users(String base, SSLContext trust) {
        return new HttpUsers(secureService(base), trust);
    }
}
