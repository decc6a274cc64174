package io.hawkermq.store;

/// A record cannot be read; the message is part of a sentence that says why.
final class BadRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    BadRecordException(String message) {
        super(message, null, false, false);
    }
}
