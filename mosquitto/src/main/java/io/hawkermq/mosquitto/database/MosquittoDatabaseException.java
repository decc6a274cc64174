package io.hawkermq.mosquitto.database;

import java.io.IOException;

/// The file is no persistence file of Mosquitto, or one of a version that nobody here knows. Nothing
/// of it was read.
public final class MosquittoDatabaseException extends IOException {
    private static final long serialVersionUID = 1L;

    MosquittoDatabaseException(String message) {
        super(message);
    }
}
