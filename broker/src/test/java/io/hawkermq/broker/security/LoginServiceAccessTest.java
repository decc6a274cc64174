package io.hawkermq.broker.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.hawkermq.broker.TestClient;
import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.broker.security.FileAccess.Rules;
import io.hawkermq.broker.security.HttpUsers.Answer;
import io.hawkermq.broker.security.HttpUsers.Parameters;
import io.hawkermq.broker.security.TokenVerifier.Expiry;
import io.hawkermq.broker.security.TokenVerifier.UserClaim;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.AccessControl.Decision;
import io.hawkermq.core.AccessControl.Principal;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.AccessList;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A web service of the test's own says who may log in.
class LoginServiceAccessTest {
    private static final TopicName TOPIC = TopicName.of("a/b");
    private static final TopicName LISTED = TopicName.of("listed/x");

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private volatile int userStatus = 200;
    private volatile int superuserStatus = 200;
    private volatile String body = "";
    private Duration timeout = Duration.ofSeconds(5);
    private volatile long now = 100_000;
    private int mostUsers = 1_000;
    private LoginLimits limits = new LoginLimits(0, 0, 60, 60, 0, 0);
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final EventLog log =
            new EventLog() {
                @Override
                public void log(LogLevel level, String text) {
                    lines.add(text);
                }

                @Override
                public boolean isEnabled(LogLevel level) {
                    return true;
                }
            };

    LoginServiceAccessTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        answer("/user", true);
        answer("/superuser", false);
        server.start();
    }

    private void answer(String path, boolean isUser) {
        server.createContext(
                path,
                exchange -> {
                    asked.add(
                            path
                                    + " "
                                    + new String(
                                            exchange.getRequestBody().readAllBytes(),
                                            StandardCharsets.UTF_8)
                                    + authorization(exchange));
                    byte[] text = body.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(
                            isUser ? userStatus : superuserStatus,
                            text.length == 0 ? -1 : text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
    }

    private static String authorization(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header == null ? "" : " " + header;
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private LoginServiceAccess access(Parameters parameters, Answer answer)
            throws AccessFileException {
        return access(new HttpUsers(service(parameters, answer)));
    }

    private HttpUsers.Service service(Parameters parameters, Answer answer) {
        String base = "http://127.0.0.1:" + server.getAddress().getPort();
        return new HttpUsers.Service(
                URI.create(base + "/user"),
                Optional.of(URI.create(base + "/superuser")),
                parameters,
                answer,
                timeout,
                "test");
    }

    private LoginServiceAccess access(LoginService service) throws AccessFileException {
        PasswordHash hash =
                PasswordHash.pbkdf2(
                        "secret".getBytes(StandardCharsets.UTF_8), 1, new SecureRandom());
        FileAccess files =
                new FileAccess(
                        new Rules(
                                PasswordFile.parse(
                                        "pw",
                                        PasswordFile.line("filed", hash)
                                                .getBytes(StandardCharsets.UTF_8)),
                                AccessList.parse(
                                        "acl",
                                        "user ann\ntopic readwrite listed/#\n"
                                                .getBytes(StandardCharsets.UTF_8)),
                                AnonymousClients.REFUSED),
                        0,
                        limits,
                        log);
        return new LoginServiceAccess(
                service, files, log, () -> Instant.ofEpochMilli(now), mostUsers);
    }

    private LoginServiceAccess tokens(
            Expiry expiry, TokenUsers.Lasting lasting, Optional<HttpUsers.Service> service)
            throws AccessFileException {
        return access(
                new TokenUsers(
                        new TokenUsers.Settings(
                                Optional.of(new TokenVerifier("secret", UserClaim.SUBJECT, expiry)),
                                service,
                                lasting),
                        () -> Instant.ofEpochMilli(now)));
    }

    private static String token(String user, long expiresAt) throws Exception {
        return Tokens.signed(
                "{\"alg\":\"HS256\"}",
                "{\"sub\":\"" + user + "\",\"exp\":" + expiresAt + "}",
                "secret");
    }

    private static Decision login(AccessControl access, @Nullable String user, String password)
            throws Exception {
        CompletableFuture<Decision> decision = new CompletableFuture<>();
        access.connect(
                TestClient.connect(ProtocolVersion.MQTT_5, "c", user, password),
                "c",
                "127.0.0.1:1",
                Runnable::run,
                decision::complete);
        return decision.get(20, TimeUnit.SECONDS);
    }

    private static boolean mayPublish(AccessControl access, String user, TopicName topic) {
        return access.mayPublish(new Principal("c", user, ""), topic, QoS.AT_MOST_ONCE);
    }

    @Test
    void aSuperuserOfTheServiceMayDoEverything() throws Exception {
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        assertEquals(new Decision.Allowed("ann"), login(access, "ann", "p \"w"));
        assertEquals(
                List.of(
                        "/user {\"username\":\"ann\",\"password\":\"p \\\"w\",\"clientid\":\"c\"}",
                        "/superuser {\"username\":\"ann\"}"),
                asked);
        assertTrue(mayPublish(access, "ann", TOPIC));
        assertFalse(mayPublish(access, "bob", TOPIC), "who has not logged in");
    }

    /// A reload puts her into the password file while the service is asked about another password.
    @Test
    void whoHasComeIntoTheFileMeanwhileIsNotLetInByTheService() throws Exception {
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        PasswordHash hash =
                PasswordHash.pbkdf2(
                        "other".getBytes(StandardCharsets.UTF_8), 1, new SecureRandom());
        for (String user : List.of("ann", "bob")) {
            Rules after =
                    new Rules(
                            PasswordFile.parse(
                                    "pw",
                                    PasswordFile.line("ann", hash)
                                            .getBytes(StandardCharsets.UTF_8)),
                            null,
                            AnonymousClients.REFUSED);
            CompletableFuture<Decision> decision = new CompletableFuture<>();
            access.connect(
                    TestClient.connect(ProtocolVersion.MQTT_5, "c", user, "p"),
                    "c",
                    "127.0.0.1:1",
                    onTheLoop -> {
                        var _ = access.files().reload(after);
                        onTheLoop.run();
                    },
                    decision::complete);
            boolean isLetIn = decision.get(20, TimeUnit.SECONDS) instanceof Decision.Allowed;
            assertEquals(user.equals("bob"), isLetIn, user);
        }
    }

    @Test
    void othersMayDoWhatTheListSays() throws Exception {
        superuserStatus = 403;
        LoginServiceAccess access = access(Parameters.FORM, Answer.STATUS);
        assertInstanceOf(Decision.Allowed.class, login(access, "ann", "a&b"));
        assertEquals("/user username=ann&password=a%26b&clientid=c", asked.getFirst());
        assertFalse(mayPublish(access, "ann", TOPIC));
        assertTrue(mayPublish(access, "ann", LISTED));
        assertTrue(access.mayReceive(new Principal("c", "ann", ""), LISTED));
        assertFalse(access.mayReceive(new Principal("c", "ann", ""), TOPIC));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STATUS | 200 | | true",
                "STATUS | 204 | | true",
                "STATUS | 302 | | false",
                "STATUS | 401 | ok | false",
                "TEXT | 200 | ok | true",
                "TEXT | 200 | no | false",
                "JSON | 200 | {\"Ok\": true, \"Error\": \"\"} | true",
                "JSON | 200 | {\"ok\": false} | false",
                "JSON | 200 | {\"Ok\": \"true\"} | false",
                "JSON | 200 | true | false",
                "JSON | 200 | {\"Ok\": tr | false",
            })
    void onlyAClearYesIsAYes(Answer answer, int status, @Nullable String text, boolean isYes)
            throws Exception {
        userStatus = status;
        body = text == null ? "" : text;
        Decision decision = login(access(Parameters.JSON, answer), "ann", "pw");
        assertEquals(isYes, decision instanceof Decision.Allowed, decision::toString);
    }

    @Test
    void aServiceThatFailsLetsNobodyInAndIsNoFailedLogin() throws Exception {
        userStatus = 503;
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        Decision.Denied denied =
                assertInstanceOf(Decision.Denied.class, login(access, "ann", "pw"));
        assertEquals(ReasonCode.UNSPECIFIED_ERROR, denied.reasonCode());
        server.stop(0);
        assertInstanceOf(Decision.Denied.class, login(access, "ann", "pw"));
    }

    /// Its headers have come and its answer never does.
    @Test
    void aServiceThatStallsInTheMidstOfItsAnswerIsGivenUp() throws Exception {
        CountDownLatch isOver = new CountDownLatch(1);
        server.removeContext("/user");
        server.createContext(
                "/user",
                exchange -> {
                    exchange.sendResponseHeaders(200, 100);
                    exchange.getResponseBody().flush();
                    try {
                        isOver.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    exchange.close();
                });
        timeout = Duration.ofMillis(300);
        try {
            Decision.Denied denied =
                    assertInstanceOf(
                            Decision.Denied.class,
                            login(access(Parameters.JSON, Answer.STATUS), "ann", "pw"));
            assertEquals(ReasonCode.UNSPECIFIED_ERROR, denied.reasonCode());
        } finally {
            isOver.countDown();
        }
    }

    @Test
    void whoIsInTheFileIsNotAskedFor() throws Exception {
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        assertInstanceOf(Decision.Allowed.class, login(access, "filed", "secret"));
        assertInstanceOf(Decision.Denied.class, login(access, "filed", "wrong"));
        assertInstanceOf(Decision.Denied.class, login(access, null, ""));
        assertEquals(List.of(), asked);
        assertFalse(mayPublish(access, "filed", TOPIC));
    }

    /// Files that change decide on clients of the files only; who is in the file from then on logs in
    /// by it.
    @Test
    void aReloadLeavesUsersOfTheServiceIn() throws Exception {
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        assertInstanceOf(Decision.Allowed.class, login(access, "ann", "pw"));
        superuserStatus = 403;
        assertInstanceOf(Decision.Allowed.class, login(access, "bob", "pw"));
        Rules rules = access.files().rules();
        Rules without =
                new Rules(
                        rules.passwords(),
                        AccessList.parse("acl", "user x\n".getBytes(StandardCharsets.UTF_8)),
                        AnonymousClients.REFUSED);
        var ofFiles = access.files().reload(without);
        assertTrue(access.mayStay(new Principal("c", "ann", ""), ofFiles));
        assertTrue(access.mayStay(new Principal("c", "bob", ""), ofFiles));
        assertTrue(access.mayStay(new Principal("c", "filed", ""), ofFiles));
        assertFalse(access.mayStay(new Principal("c", "stranger", ""), ofFiles));
        assertFalse(access.mayStay(new Principal("c", null, ""), ofFiles));
        assertFalse(mayPublish(access, "bob", LISTED), "the new list decides");
        assertTrue(mayPublish(access, "ann", TOPIC), "a superuser still");
        PasswordHash hash =
                PasswordHash.pbkdf2(
                        "secret".getBytes(StandardCharsets.UTF_8), 1, new SecureRandom());
        Rules withAnn =
                new Rules(
                        PasswordFile.parse(
                                "pw",
                                PasswordFile.line("ann", hash).getBytes(StandardCharsets.UTF_8)),
                        without.list(),
                        AnonymousClients.REFUSED);
        assertFalse(access.mayStay(new Principal("c", "ann", ""), access.files().reload(withAnn)));
        assertFalse(mayPublish(access, "ann", TOPIC), "the file has her now, and its list decides");
    }

    /// After a restart nobody has logged in yet: what waits for a session is kept, and judged when its
    /// client is there.
    @Test
    void whatIsOlderThanTheProcessIsKept() throws Exception {
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        AccessControl before = access.beforeRestart();
        assertTrue(mayPublish(before, "ann", TOPIC));
        superuserStatus = 403;
        assertInstanceOf(Decision.Allowed.class, login(access, "ann", "pw"));
        assertFalse(mayPublish(before, "ann", TOPIC), "now it is known");
    }

    // ---- tokens ----

    @Test
    void theUserOfATokenActsUnderItsOwnName() throws Exception {
        LoginServiceAccess access =
                tokens(Expiry.CHECKED, TokenUsers.Lasting.UNTIL_EXPIRY, Optional.empty());
        assertEquals(new Decision.Allowed("ann"), login(access, token("ann", 101), ""));
        assertTrue(mayPublish(access, "ann", LISTED));
        assertFalse(mayPublish(access, "ann", TOPIC));
        assertEquals(new Decision.Allowed("bob"), login(access, token("bob", 101), "any"));
        assertFalse(mayPublish(access, "bob", LISTED));
        assertEquals(List.of(), asked);
    }

    @Test
    void rightsEndWithTheToken() throws Exception {
        LoginServiceAccess access =
                tokens(Expiry.CHECKED, TokenUsers.Lasting.UNTIL_EXPIRY, Optional.empty());
        login(access, token("ann", 101), "");
        now = 100_999;
        assertTrue(mayPublish(access, "ann", LISTED));
        now = 101_000;
        assertFalse(mayPublish(access, "ann", LISTED));
        assertInstanceOf(Decision.Denied.class, login(access, token("ann", 101), ""));
        assertEquals(new Decision.Allowed("ann"), login(access, token("ann", 102), ""));
        assertTrue(mayPublish(access, "ann", LISTED));
    }

    @Test
    void anExpiredTokenMayLogInAndLastIfThatIsSaid() throws Exception {
        LoginServiceAccess access =
                tokens(Expiry.IGNORED, TokenUsers.Lasting.FOREVER, Optional.empty());
        assertEquals(new Decision.Allowed("ann"), login(access, token("ann", 1), ""));
        assertTrue(mayPublish(access, "ann", LISTED));
    }

    @Test
    void aTokenThatIsNotLetInIsNotToldToTheLog() throws Exception {
        LoginServiceAccess access =
                tokens(Expiry.CHECKED, TokenUsers.Lasting.UNTIL_EXPIRY, Optional.empty());
        String token = token("ann", 1);
        assertEquals(
                ReasonCode.NOT_AUTHORIZED,
                assertInstanceOf(Decision.Denied.class, login(access, token, "")).reasonCode());
        assertTrue(
                lines.stream().anyMatch(l -> l.matches(".*'\\(a token\\) token-[0-9a-f]{16}'.*")),
                lines.toString());
        assertTrue(lines.stream().noneMatch(l -> l.contains(token.substring(0, 20))));
    }

    /// As behind one router: the client with the old token is banned, and nobody else.
    @Test
    void failedLoginsOfTokensAreCountedForEachByItself() throws Exception {
        limits = new LoginLimits(3, 0, 60, 60, 0, 0);
        LoginServiceAccess access =
                tokens(Expiry.CHECKED, TokenUsers.Lasting.UNTIL_EXPIRY, Optional.empty());
        String old = token("ann", 1);
        for (int i = 0; i < 3; i++) {
            assertEquals(ReasonCode.NOT_AUTHORIZED, refusal(access, old));
            assertEquals(new Decision.Allowed("bob"), login(access, token("bob", 101), ""));
        }
        assertEquals(ReasonCode.BANNED, refusal(access, old), "another's login forgave it");
        assertEquals(new Decision.Allowed("bob"), login(access, token("bob", 101), ""));
        assertEquals(new Decision.Allowed("ann"), login(access, token("ann", 102), ""));
    }

    private static ReasonCode refusal(AccessControl access, String token) throws Exception {
        return assertInstanceOf(Decision.Denied.class, login(access, token, "")).reasonCode();
    }

    @Test
    void aServiceGetsTheTokenAsABearer() throws Exception {
        LoginServiceAccess access =
                tokens(
                        Expiry.CHECKED,
                        TokenUsers.Lasting.UNTIL_EXPIRY,
                        Optional.of(service(Parameters.JSON, Answer.STATUS)));
        String token = token("bob", 101);
        assertEquals(new Decision.Allowed("bob"), login(access, token, ""));
        assertEquals(
                List.of(
                        "/user {\"username\":\"bob\"} Bearer " + token,
                        "/superuser {\"username\":\"bob\"} Bearer " + token),
                asked);
        assertTrue(mayPublish(access, "bob", TOPIC));
        now = 101_000;
        assertFalse(mayPublish(access, "bob", TOPIC));
    }

    @Test
    void whoHasATokenThatOnlyTheServiceReadsIsNamedByItsFingerprint() throws Exception {
        superuserStatus = 403;
        LoginServiceAccess access =
                access(
                        new TokenUsers(
                                new TokenUsers.Settings(
                                        Optional.empty(),
                                        Optional.of(service(Parameters.FORM, Answer.STATUS)),
                                        TokenUsers.Lasting.UNTIL_EXPIRY),
                                () -> Instant.ofEpochMilli(now)));
        assertEquals(new Decision.Allowed("token-1ff275ea4c6352eb"), login(access, "opaque~1", ""));
        assertEquals(List.of("/user  Bearer opaque~1", "/superuser  Bearer opaque~1"), asked);
        assertInstanceOf(Decision.Denied.class, login(access, "no\r\nheader: x", ""));
        assertEquals(2, asked.size(), asked.toString());
        userStatus = 401;
        assertInstanceOf(Decision.Denied.class, login(access, "opaque~2", ""));
    }

    // ---- more users than are remembered ----

    /// As with `jwt_mode remote`, where each renewed token is another user.
    @Test
    void whoLoggedInLongestAgoFallsBackToTheList() throws Exception {
        mostUsers = 4;
        LoginServiceAccess access = access(Parameters.JSON, Answer.STATUS);
        for (String user : List.of("ann", "bob", "cid", "dan", "bob")) {
            assertInstanceOf(Decision.Allowed.class, login(access, user, "pw"));
        }
        assertTrue(mayPublish(access, "ann", TOPIC));
        assertEquals(new Decision.Allowed("eve"), login(access, "eve", "pw"));
        assertFalse(mayPublish(access, "ann", TOPIC));
        assertTrue(mayPublish(access, "ann", LISTED), "the list decides");
        assertTrue(lines.stream().anyMatch(l -> l.contains("rights of 1 ")), lines.toString());
        assertEquals(new Decision.Allowed("ann"), login(access, "ann", "pw"));
        assertTrue(mayPublish(access, "ann", TOPIC));
        assertTrue(mayPublish(access, "bob", TOPIC), "has logged in again");
        assertFalse(mayPublish(access, "cid", TOPIC));
    }

    /// Else the rights of a client that stays connected would come back when its token is forgotten.
    @Test
    void rightsThatHaveEndedDoNotComeBackWhenTheyAreForgotten() throws Exception {
        mostUsers = 3;
        LoginServiceAccess access =
                tokens(Expiry.CHECKED, TokenUsers.Lasting.UNTIL_EXPIRY, Optional.empty());
        login(access, token("bob", 200), "");
        login(access, token("ann", 101), "");
        login(access, token("cid", 200), "");
        now = 101_000;
        assertFalse(mayPublish(access, "ann", LISTED));
        assertEquals(new Decision.Allowed("dan"), login(access, token("dan", 200), ""));
        assertTrue(lines.stream().anyMatch(l -> l.contains("rights of 1 ")), lines.toString());
        assertFalse(mayPublish(access, "ann", LISTED));
        assertEquals(new Decision.Allowed("ann"), login(access, token("ann", 200), ""));
        assertTrue(mayPublish(access, "ann", LISTED));
    }
}
