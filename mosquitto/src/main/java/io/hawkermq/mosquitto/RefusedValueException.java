package io.hawkermq.mosquitto;

/// A value that its option does not take.
final class RefusedValueException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final String advice;
    private final int exitStatus;

    RefusedValueException(String reason, String advice, int exitStatus) {
        super(reason, null, false, false);
        this.reason = reason;
        this.advice = advice;
        this.exitStatus = exitStatus;
    }

    RefusedValueException(String reason, String advice) {
        this(reason, advice, ConfigurationError.WRONG_CONFIGURATION);
    }

    String reason() {
        return reason;
    }

    String advice() {
        return advice;
    }

    int exitStatus() {
        return exitStatus;
    }
}
