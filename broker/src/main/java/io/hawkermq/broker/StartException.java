package io.hawkermq.broker;

/// The broker cannot start; the message is one line that says why and what to do.
public final class StartException extends Exception {
    private static final long serialVersionUID = 1L;

    public StartException(String message) {
        super(message, null, false, false);
    }
}
