package io.hawkermq.broker.transport;

/// A setting or a file that a listener cannot work with. The message is a sentence without its
/// full stop that names the file, what was read and what is needed.
public final class TransportException extends Exception {
    private static final long serialVersionUID = 1L;

    public TransportException(String message) {
        super(message, null, false, false);
    }

    /// @param cause whose message tells more
    TransportException(String message, Throwable cause) {
        super(message + ": " + reason(cause), null, false, false);
    }

    private static String reason(Throwable cause) {
        String text = cause.getMessage();
        return text == null ? cause.getClass().getSimpleName() : text;
    }
}
