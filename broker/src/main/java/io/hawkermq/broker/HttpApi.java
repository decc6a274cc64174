package io.hawkermq.broker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.broker.transport.TlsContext;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.TransportException;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.LogLevel;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.store.Json;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the broker tells about itself over HTTP, for people, monitoring and Mosquitto's dashboard:
///
/// | path | |
/// |---|---|
/// | `/health/live` | 200 while the event loops answer, else 503; nobody need log in |
/// | `/health/ready` | 200 while clients are served, else 503 with the reason; likewise |
/// | `/metrics` | all figures for Prometheus |
/// | `/api/v1/version`, `/api/v1/listeners`, `/api/v1/systree` | as Mosquitto has them |
/// | other | files of the listener's directory |
///
/// Java's own HTTP server with a virtual thread for each request; nothing here runs on an event
/// loop or holds one up. At most [#MOST_REQUESTS] are answered at once, others get 503.
final class HttpApi implements AutoCloseable {
    private static final int MOST_REQUESTS = 32;
    private static final int ANSWER_SECONDS = 5;
    private static final int LOGIN_SECONDS = 30;
    private static final int BACKLOG = 64;

    /// The Client Identifier that Mosquitto has for who asks here.
    private static final String CLIENT_ID = "http-api";

    private static final String SILENT = "an event loop does not answer\n";
    private static final String JSON = "application/json";
    private static final String TEXT = "text/plain; charset=utf-8";

    private static final Map<String, String> TYPES =
            Map.of(
                    "html", "text/html; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "js", "text/javascript; charset=utf-8",
                    "json", JSON,
                    "svg", "image/svg+xml",
                    "png", "image/png",
                    "ico", "image/x-icon",
                    "txt", TEXT);

    static {
        // In seconds; read once by Java's server. Who sends or reads slowly is let go.
        setDefault("sun.net.httpserver.maxReqTime", "10");
        setDefault("sun.net.httpserver.maxRspTime", "30");
        setDefault("sun.net.httpserver.idleInterval", "30");
        setDefault("sun.net.httpserver.maxReqHeaderSize", "16384");
        setDefault("jdk.httpserver.maxConnections", "200");
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private final Broker broker;
    private final Semaphore requests = new Semaphore(MOST_REQUESTS);
    private final List<Open> servers = new CopyOnWriteArrayList<>();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofVirtual().name("hawker-http-", 0).factory());
    private volatile String notReady = "the broker is starting";

    /// A port that is asked for.
    ///
    /// @param tls of files that were read and can be used
    record Prepared(HttpListener listener, @Nullable TlsContext tls) {}

    /// A port at work.
    private record Open(
            HttpListener listener, HttpServer server, @Nullable RenewableTls renewable) {
        @Nullable TlsContext tls() {
            return renewable == null ? null : renewable.current();
        }

        /// Connections from now on get what was prepared.
        Open with(Prepared prepared) {
            if (renewable != null && prepared.tls() != null) {
                renewable.renew(prepared.tls());
            }
            return new Open(prepared.listener(), server, renewable);
        }
    }

    /// A complete answer.
    private record Answer(int status, String type, byte[] body) {
        static Answer of(int status, String type, String body) {
            return new Answer(status, type, body.getBytes(StandardCharsets.UTF_8));
        }

        static Answer notFound() {
            return of(404, TEXT, "Not found.\n");
        }
    }

    HttpApi(Broker broker) {
        this.broker = broker;
    }

    /// Opens all ports. Until [#ready] they say that the broker is not.
    ///
    /// @throws StartException if one cannot be opened
    void open(List<HttpListener> listeners) throws StartException {
        for (Prepared prepared : prepare(listeners)) {
            servers.add(open(prepared));
        }
    }

    /// Reads what these listeners need, for [#openOnly].
    ///
    /// @throws StartException if a file cannot be used; nothing has changed then
    List<Prepared> prepare(List<HttpListener> replacements) throws StartException {
        List<Prepared> prepared = new ArrayList<>();
        for (HttpListener replacement : replacements) {
            TlsContext read = readTls(replacement);
            Open open = openLike(replacement);
            TlsContext current = open == null ? null : open.tls();
            boolean isKept = read != null && current != null && current.isSameAs(read);
            prepared.add(new Prepared(replacement, isKept ? current : read));
        }
        return prepared;
    }

    /// All ports as connections meet them now.
    List<Prepared> inForce() {
        return servers.stream().map(o -> new Prepared(o.listener(), o.tls())).toList();
    }

    /// Closes all other ports and opens those of these that are closed. One with other settings is
    /// closed and opened again, which costs nobody anything: each connection ends with its answer.
    /// One with the same settings gets what its files say now.
    ///
    /// @throws StartException if one cannot be opened; nothing is open that is not wanted, and the
    ///     others are
    void openOnly(List<Prepared> wanted) throws StartException {
        List<HttpListener> settings =
                wanted.stream().map(Prepared::listener).map(HttpApi::settingsOf).toList();
        for (Open open : servers) {
            if (!settings.contains(settingsOf(open.listener()))) {
                close(open);
            }
        }
        Attempts attempts = new Attempts();
        for (Prepared prepared : wanted) {
            if (openLike(prepared.listener()) == null) {
                attempts.make(() -> servers.add(open(prepared)));
            }
        }
        // Those that have stayed may stand elsewhere now, and have other certificates.
        for (int i = 0; i < servers.size(); i++) {
            Open open = servers.get(i);
            Prepared prepared = wanted.get(settings.indexOf(settingsOf(open.listener())));
            if (prepared.tls() != open.tls()) {
                notice("TLS of port " + open.listener().port() + " has changed for new requests.");
            }
            servers.set(i, open.with(prepared));
        }
        List<HttpListener> order = wanted.stream().map(Prepared::listener).toList();
        servers.sort(Comparator.comparingInt(o -> order.indexOf(o.listener())));
        attempts.end();
    }

    private @Nullable Open openLike(HttpListener listener) {
        return servers.stream()
                .filter(o -> settingsOf(o.listener()).equals(settingsOf(listener)))
                .findFirst()
                .orElse(null);
    }

    private void notice(String text) {
        broker.options().log().log(LogLevel.NOTICE, text);
    }

    private void close(Open open) {
        open.server().stop(0);
        servers.remove(open);
    }

    /// Where it stands in the file is no setting.
    private static HttpListener settingsOf(HttpListener l) {
        return new HttpListener(l.host(), l.port(), l.tls(), l.directory(), l.access(), "");
    }

    /// Each answer has a date. Java reads the names of time zones for the first one; if there is no
    /// file descriptor left just then, that and all later answers fail.
    private static void readTimeZones() {
        ZonedDateTime now = ZonedDateTime.now(ZoneId.of("GMT"));
        String _ = DateTimeFormatter.ofPattern("zzz", Locale.US).format(now);
    }

    private Open open(Prepared prepared) throws StartException {
        HttpListener listener = prepared.listener();
        TlsContext tls = prepared.tls();
        readTimeZones();
        InetSocketAddress address =
                listener.host() == null
                        ? new InetSocketAddress(listener.port())
                        : new InetSocketAddress(listener.host(), listener.port());
        try {
            RenewableTls renewable = tls == null ? null : new RenewableTls(tls);
            HttpServer server;
            if (renewable == null) {
                server = HttpServer.create(address, BACKLOG);
            } else {
                HttpsServer secure = HttpsServer.create(address, BACKLOG);
                secure.setHttpsConfigurator(renewable);
                server = secure;
            }
            server.setExecutor(threads);
            server.createContext("/", exchange -> answer(listener, exchange));
            server.start();
            notice("Opening http_api listen socket on port " + server.getAddress().getPort() + ".");
            return new Open(listener, server, renewable);
        } catch (IOException e) {
            throw cannotListen(listener, String.valueOf(e.getMessage()));
        }
    }

    /// @throws StartException if its files cannot be used
    static @Nullable TlsContext readTls(HttpListener listener) throws StartException {
        try {
            return listener.tls() == null ? null : new TlsContext(listener.tls(), "http/1.1");
        } catch (TransportException e) {
            throw cannotListen(listener, String.valueOf(e.getMessage()));
        }
    }

    private static StartException cannotListen(HttpListener listener, String why) {
        return new StartException(
                "Cannot listen on "
                        + (listener.host() == null ? "" : listener.host() + " ")
                        + "port "
                        + listener.port()
                        + " for HTTP: "
                        + why
                        + "."
                        + (listener.origin().isEmpty()
                                ? ""
                                : " Error found at " + listener.origin() + "."));
    }

    /// The port of an open listener, by its place.
    int port(int listener) {
        return servers.get(listener).server().getAddress().getPort();
    }

    void ready() {
        notReady = "";
    }

    /// Reads the files of TLS again.
    ///
    /// @return a sentence for each listener whose files cannot be used and which goes on with what
    ///     it has
    List<String> reloadCertificates() {
        List<String> failures = new ArrayList<>();
        for (Open open : servers) {
            try {
                TlsContext tls = open.tls();
                if (tls != null) {
                    tls.reload();
                }
            } catch (TransportException e) {
                failures.add(
                        "Port "
                                + open.listener().port()
                                + " keeps its certificate and settings of TLS: "
                                + e.getMessage()
                                + ".");
            }
        }
        return failures;
    }

    @Override
    public void close() {
        notReady = "the broker is stopping";
        servers.forEach(open -> open.server().stop(0));
        threads.shutdownNow();
    }

    // ---- a request ----

    private void answer(HttpListener listener, HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            if (requests.tryAcquire()) {
                try {
                    answer = answerTo(listener, exchange);
                } catch (RuntimeException e) {
                    broker.options().log().log(LogLevel.ERROR, "HTTP API: " + Stacks.of(e));
                    answer = Answer.of(500, TEXT, "Internal server error.\n");
                } finally {
                    requests.release();
                }
            } else {
                answer = Answer.of(503, TEXT, "Too many requests at once.\n");
            }
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            // As Mosquitto's: clients leave answers unread and ask again on a new connection.
            exchange.getResponseHeaders().set("Connection", "close");
            int length = answer.body().length;
            exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer.body());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the broker stops
        }
    }

    private Answer answerTo(HttpListener listener, HttpExchange exchange)
            throws IOException, InterruptedException {
        if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET");
            return Answer.of(405, TEXT, "Invalid HTTP Method\n");
        }
        URI uri = exchange.getRequestURI();
        String path = uri.getPath() == null ? "/" : uri.getPath();
        switch (path) {
            case "/health/live" -> {
                return live();
            }
            case "/health/ready" -> {
                return readiness();
            }
            default -> {}
        }
        TopicName topic;
        try {
            topic = TopicName.of(path);
        } catch (IllegalArgumentException e) {
            return Answer.notFound(); // nothing here has such a name
        }
        if (!mayRead(listener.access(), exchange, topic)) {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"Hawker API\"");
            return Answer.of(401, TEXT, "Not authorised\n");
        }
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        return switch (path) {
            case "/metrics" -> metrics(exchange);
            case "/api/v1/version" -> Answer.of(200, TEXT, Version.MOSQUITTO);
            case "/api/v1/listeners" -> Answer.of(200, JSON, listeners());
            case "/api/v1/systree" -> systree();
            default ->
                    path.startsWith("/api/") || listener.directory() == null
                            ? Answer.notFound()
                            : file(listener.directory(), path);
        };
    }

    /// The path is judged as if it were the Topic Name of a message for this client, as with
    /// Mosquitto.
    private boolean mayRead(AccessControl access, HttpExchange exchange, TopicName path)
            throws InterruptedException {
        String user = null;
        byte[] password = null;
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        if (header != null && header.regionMatches(true, 0, "Basic ", 0, 6)) {
            try {
                String login =
                        new String(
                                Base64.getDecoder().decode(header.substring(6).strip()),
                                StandardCharsets.UTF_8);
                int colon = login.indexOf(':');
                user = colon < 0 ? login : login.substring(0, colon);
                password = login.substring(colon + 1).getBytes(StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return false; // not Base64
            }
        }
        String address = exchange.getRemoteAddress().toString().replaceFirst("^/", "");
        Packet.Connect connect =
                new Packet.Connect(
                        ProtocolVersion.MQTT_5,
                        false,
                        true,
                        0,
                        CLIENT_ID,
                        null,
                        user,
                        password,
                        Properties.NONE);
        CompletableFuture<AccessControl.Decision> decision = new CompletableFuture<>();
        access.connect(connect, CLIENT_ID, address, Runnable::run, decision::complete);
        try {
            return decision.get(LOGIN_SECONDS, TimeUnit.SECONDS)
                            instanceof AccessControl.Decision.Allowed(String name)
                    && access.mayReceive(
                            new AccessControl.Principal(CLIENT_ID, name, address), path);
        } catch (ExecutionException | TimeoutException e) {
            return false; // no decision
        }
    }

    // ---- what there is ----

    private Answer live() throws InterruptedException {
        return soon(broker.counters()) == null
                ? Answer.of(503, TEXT, SILENT)
                : Answer.of(200, TEXT, "live\n");
    }

    private Answer readiness() {
        String why = notReady;
        if (why.isEmpty()) {
            why = broker.storage().trouble();
        }
        return why.isEmpty()
                ? Answer.of(200, TEXT, "ready\n")
                : Answer.of(503, TEXT, "not ready: " + why + "\n");
    }

    private Answer metrics(HttpExchange exchange) throws IOException, InterruptedException {
        SysPublisher.Sample sample = soon(broker.sysPublisher().sample());
        Map<Integer, Long> busy = soon(broker.worked());
        if (sample == null || busy == null) {
            return Answer.of(503, TEXT, SILENT);
        }
        ExpositionFormatWriter writer =
                ExpositionFormats.init()
                        .findWriter(exchange.getRequestHeaders().getFirst("Accept"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.write(out, Metrics.of(sample.sum(), sample.figures(), busy));
        return new Answer(200, writer.getContentType(), out.toByteArray());
    }

    /// @return null if an event loop does not answer
    private static <T> @Nullable T soon(CompletableFuture<T> future) throws InterruptedException {
        try {
            return future.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return null;
        }
    }

    private String listeners() {
        List<String> all = new ArrayList<>();
        List<Listener> listeners = broker.options().listeners();
        for (int i = 0; i < listeners.size(); i++) {
            Listener l = listeners.get(i);
            String place =
                    l.address() instanceof Listener.Address.Unix unix
                            ? "\"path\": " + Json.text(unix.path().toString())
                            : "\"port\": " + broker.port(i);
            AccessControl access = l.access() == null ? broker.options().access() : l.access();
            all.add(json(place, l.webSocket() == null ? "mqtt" : "websockets", l.tls(), access));
        }
        int before = 0;
        for (Open open : servers) {
            all.add(
                    Math.min(open.listener().place(), listeners.size()) + before++,
                    json(
                            "\"port\": " + open.server().getAddress().getPort(),
                            "httpapi",
                            open.listener().tls(),
                            open.listener().access()));
        }
        return all.stream().collect(Collectors.joining(", ", "{\"listeners\": [", "]}"));
    }

    private static String json(
            String place, String protocol, @Nullable TlsOptions tls, AccessControl access) {
        boolean isMutual =
                tls != null && tls.clientCertificates() == TlsOptions.ClientCertificates.REQUIRED;
        boolean isAnonymous =
                access == AccessControl.anonymous()
                        || (access instanceof FileAccess files
                                && files.anonymous() == AnonymousClients.ALLOWED);
        return "{%s, \"protocol\": \"%s\", \"tls\": %s, \"mtls\": %s, \"allow_anonymous\": %s}"
                .formatted(place, protocol, tls != null, isMutual, isAnonymous);
    }

    private Answer systree() throws InterruptedException {
        SysPublisher.Sample sample = soon(broker.sysPublisher().sample());
        if (sample == null) {
            return Answer.of(503, TEXT, SILENT);
        }
        String json =
                SysTopics.numbers(sample.sum(), sample.figures(), sample.maximumClients())
                        .entrySet()
                        .stream()
                        .map(e -> Json.text(e.getKey()) + ": " + e.getValue())
                        .collect(Collectors.joining(", ", "{", "}"));
        return Answer.of(200, JSON, json);
    }

    /// A file of the directory, or below it; nothing that a link leads out to.
    private static Answer file(Path directory, String path) throws IOException {
        try {
            String name = path.endsWith("/") ? path + "index.html" : path;
            Path root = directory.toRealPath();
            Path file = root.resolve("." + name).toRealPath();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                return Answer.notFound();
            }
            String fileName = String.valueOf(file.getFileName());
            String type = fileName.substring(fileName.lastIndexOf('.') + 1);
            return new Answer(
                    200,
                    TYPES.getOrDefault(type, "application/octet-stream"),
                    Files.readAllBytes(file));
        } catch (IOException | InvalidPathException e) {
            return Answer.notFound();
        }
    }
}
