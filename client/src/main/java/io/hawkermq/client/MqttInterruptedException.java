package io.hawkermq.client;

/// The waiting thread was interrupted; its interrupted flag is set again. Unchecked, because
/// iterators and lambdas wait as well.
public final class MqttInterruptedException extends MqttException {
    private static final long serialVersionUID = 1L;

    MqttInterruptedException(String what) {
        super("interrupted while waiting for " + what, null);
    }
}
