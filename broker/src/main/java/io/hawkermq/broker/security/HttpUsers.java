package io.hawkermq.broker.security;

import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Asks a web service whether a user may log in, and whether it is one that may do everything, in the
/// way of mosquitto-go-auth's back end `http`: one request for each question, with the names as JSON
/// or as a form, the answer in the status, in JSON or in text.
///
/// An answer that is not a clear yes is a no; a service that does not
/// answer as a whole in time, or with a status that says neither yes nor no, is an exception: nobody
/// has failed to log in by that.
public final class HttpUsers implements LoginService {
    /// Bytes of an answer; a longer one is no yes.
    private static final int LONGEST_ANSWER = 65_536;

    /// What a bearer token may consist of (RFC 6750, section 2.1).
    private static final Pattern BEARER = Pattern.compile("[A-Za-z0-9._~+/-]+=*");

    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;

    /// How the names are sent.
    public enum Parameters {
        JSON,
        FORM
    }

    /// Where the answer stands.
    public enum Answer {
        /// 200 or another below 300 means yes.
        STATUS,
        /// `{"Ok": true}` means yes, and `{"ok": true}`: go-auth does not mind the case.
        JSON,
        /// The text `ok` means yes.
        TEXT
    }

    /// @param superuser empty if nobody may do everything
    /// @param timeout of one request
    public record Service(
            URI user,
            Optional<URI> superuser,
            Parameters parameters,
            Answer answer,
            Duration timeout,
            String userAgent) {}

    private final Service service;
    private final HttpClient client;

    public HttpUsers(Service service) {
        this(service, null);
    }

    /// @param trust whom to believe; null for the authorities of the Java machine
    HttpUsers(Service service, @Nullable SSLContext trust) {
        this.service = service;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(service.timeout())
                        .followRedirects(HttpClient.Redirect.NEVER);
        this.client = (trust == null ? builder : builder.sslContext(trust)).build();
    }

    /// @throws UncheckedIOException if the service does not say
    @Override
    public @Nullable Admission admits(
            String userName, byte @Nullable [] password, String clientId) {
        if (password == null || password.length == 0) {
            return null;
        }
        Map<String, String> names = new LinkedHashMap<>();
        names.put("username", userName);
        names.put("password", new String(password, StandardCharsets.UTF_8));
        names.put("clientid", clientId);
        if (!asks(service.user(), names, null)) {
            return null;
        }
        boolean mayAll =
                service.superuser().isPresent()
                        && asks(service.superuser().get(), Map.of("username", userName), null);
        return new Admission(userName, mayAll ? Rights.ALL : Rights.LIST, FOREVER);
    }

    @Override
    public String shown(String userName) {
        return userName;
    }

    /// Whether the holder of a token may log in.
    ///
    /// @param names what else the service is told
    /// @throws UncheckedIOException if the service does not say
    boolean admitsToken(String token, Map<String, String> names) {
        return asks(service.user(), names, token);
    }

    /// Whether the holder of a token may do everything.
    ///
    /// @param names what else the service is told
    /// @throws UncheckedIOException if the service does not say
    boolean isSuperuser(String token, Map<String, String> names) {
        return service.superuser().isPresent() && asks(service.superuser().get(), names, token);
    }

    private boolean asks(URI uri, Map<String, String> names, @Nullable String token) {
        boolean isJson = service.parameters() == Parameters.JSON;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .header("User-Agent", service.userAgent())
                        .header(
                                "Content-Type",
                                isJson ? "application/json" : "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        isJson ? json(names) : form(names)));
        if (token != null) {
            if (!BEARER.matcher(token).matches()) {
                return false; // no token, and no header either
            }
            request.header("Authorization", "Bearer " + token);
        }
        CompletableFuture<HttpResponse<byte[]>> asked =
                client.sendAsync(
                        request.build(),
                        HttpResponse.BodyHandlers.limiting(
                                HttpResponse.BodyHandlers.ofByteArray(), LONGEST_ANSWER));
        try {
            // The request's own time-out would end with the headers.
            HttpResponse<byte[]> response =
                    asked.get(service.timeout().toMillis(), TimeUnit.MILLISECONDS);
            int status = response.statusCode();
            if (status / 100 == 2) {
                return isYes(response.body());
            }
            if (status / 100 == 4 && status != REQUEST_TIMEOUT && status != TOO_MANY_REQUESTS) {
                return false;
            }
            throw unanswered(uri, "it answers " + status, null);
        } catch (ExecutionException e) {
            throw unanswered(uri, String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            asked.cancel(true);
            throw unanswered(uri, "no answer within " + service.timeout().toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unanswered(uri, "interrupted", e);
        }
    }

    private static UncheckedIOException unanswered(URI uri, String why, @Nullable Exception cause) {
        return new UncheckedIOException(uri + ": " + why, new IOException(why, cause));
    }

    private boolean isYes(byte[] body) {
        return switch (service.answer()) {
            case STATUS -> true;
            case TEXT -> new String(body, StandardCharsets.UTF_8).strip().equals("ok");
            case JSON -> {
                try {
                    yield Json.parse(body) instanceof Json.Members m
                            && m.value("Ok") instanceof Json.Truth t
                            && t.isTrue();
                } catch (JsonException e) {
                    yield false;
                }
            }
        };
    }

    private static String json(Map<String, String> names) {
        Map<String, Json> members = new LinkedHashMap<>();
        names.forEach((name, value) -> members.put(name, Json.of(value)));
        return new String(new Json.Members(members).compact(), StandardCharsets.UTF_8);
    }

    private static String form(Map<String, String> names) {
        return names.entrySet().stream()
                .map(e ->
                        e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
