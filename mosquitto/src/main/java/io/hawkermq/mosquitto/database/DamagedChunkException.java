package io.hawkermq.mosquitto.database;

import java.util.Objects;

/// A chunk does not hold what its type demands. Has no stack trace: it says something about the
/// file, not about this program.
final class DamagedChunkException extends Exception {
    private static final long serialVersionUID = 1L;

    DamagedChunkException(String message) {
        super(message, null, false, false);
    }

    String reason() {
        return Objects.requireNonNullElse(getMessage(), "damaged");
    }
}
