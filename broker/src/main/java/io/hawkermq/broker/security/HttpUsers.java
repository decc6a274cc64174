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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Asks a web service whether a user may log in, and whether it is one that may do everything, in the
/// way of mosquitto-go-auth's back end `http`: one request for each question, with the names as JSON
/// or as a form, the answer in the status, in JSON or in text.
///
/// Blocks, so for virtual threads only. An answer that is not a clear yes is a no; a service that does not
/// answer as a whole in time, or with a status that says neither yes nor no, is an exception: nobody
/// has failed to log in by that.
public final class HttpUsers {
    /// Bytes of an answer; a longer one is no yes.
    private static final int LONGEST_ANSWER = 65_536;

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
        /// `{"Ok": true}` means yes.
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
        this.service = service;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(service.timeout())
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    /// Whether a user may log in with a password.
    ///
    /// @throws UncheckedIOException if the service does not say
    boolean admits(String userName, byte[] password, String clientId) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("username", userName);
        names.put("password", new String(password, StandardCharsets.UTF_8));
        names.put("clientid", clientId);
        return asks(service.user(), names);
    }

    /// Whether a user may do everything.
    ///
    /// @throws UncheckedIOException if the service does not say
    boolean isSuperuser(String userName) {
        return service.superuser().isPresent()
                && asks(service.superuser().get(), Map.of("username", userName));
    }

    private boolean asks(URI uri, Map<String, String> names) {
        boolean isJson = service.parameters() == Parameters.JSON;
        HttpRequest request =
                HttpRequest.newBuilder(uri)
                        .header("User-Agent", service.userAgent())
                        .header(
                                "Content-Type",
                                isJson ? "application/json" : "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        isJson ? json(names) : form(names)))
                        .build();
        CompletableFuture<HttpResponse<byte[]>> asked =
                client.sendAsync(
                        request,
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
