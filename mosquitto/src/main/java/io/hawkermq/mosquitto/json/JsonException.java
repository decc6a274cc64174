package io.hawkermq.mosquitto.json;

/// A text is no JSON, or more than is taken.
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1;

    JsonException(String message) {
        super(message);
    }
}
