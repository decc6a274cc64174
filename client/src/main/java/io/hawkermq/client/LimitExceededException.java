package io.hawkermq.client;

/// A limit of this client does not allow the operation now: too many messages or bytes wait to be
/// acknowledged. Nothing was sent; try again when some were.
public final class LimitExceededException extends MqttException {
    private static final long serialVersionUID = 1L;

    LimitExceededException(String message) {
        super(message, null);
    }
}
