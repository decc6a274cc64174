package io.hawkermq.client;

/// The operation did not end within its time. What was already sent stays sent: a PUBLISH may still
/// arrive.
public final class MqttTimeoutException extends MqttException {
    private static final long serialVersionUID = 1L;

    MqttTimeoutException(String message) {
        super(message, null);
    }
}
