package io.hawkermq.mosquitto.dynsec;

/// The file of dynamic security cannot be read, made or written. The message is one line with the
/// file and never repeats a password.
public final class SecurityFileException extends Exception {
    private static final long serialVersionUID = 1;

    SecurityFileException(String message) {
        super(message);
    }
}
