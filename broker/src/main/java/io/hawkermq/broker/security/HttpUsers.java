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
import java.util.stream.Collectors;

/// Asks a web service whether a user may log in, and whether it is one that may do everything, in the
/// way of mosquitto-go-auth's back end `http`: one request for each question, with the names as JSON
/// or as a form, the answer in the status, in JSON or in text.
///
/// Blocks, so for virtual threads only. Whatever is not a clear yes is a no; a service that does not
/// answer in time, or with a status from 500 on, is an exception.
public final class HttpUsers {
    /// Bytes of an answer; a longer one is no yes.
    private static final int LONGEST_ANSWER = 65_536;

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
                        .timeout(service.timeout())
                        .header("User-Agent", service.userAgent())
                        .header(
                                "Content-Type",
                                isJson ? "application/json" : "application/x-www-form-urlencoded")
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        isJson ? json(names) : form(names)))
                        .build();
        try {
            HttpResponse<byte[]> response =
                    client.send(
                            request,
                            HttpResponse.BodyHandlers.limiting(
                                    HttpResponse.BodyHandlers.ofByteArray(), LONGEST_ANSWER));
            if (response.statusCode() >= 500) {
                throw new IOException("it answers " + response.statusCode());
            }
            return response.statusCode() / 100 == 2 && isYes(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(uri + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(uri + ": interrupted", new IOException(e));
        }
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
