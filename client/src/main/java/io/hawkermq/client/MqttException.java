package io.hawkermq.client;

import org.jspecify.annotations.Nullable;

/// What an operation of this client ends with where it fails. Its subclasses say what failed:
/// [ConnectionException], [RefusedException], [LimitExceededException], [MqttTimeoutException],
/// [MqttInterruptedException].
public sealed class MqttException extends RuntimeException
        permits ConnectionException,
                RefusedException,
                LimitExceededException,
                MqttTimeoutException,
                MqttInterruptedException {
    private static final long serialVersionUID = 1L;

    MqttException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
