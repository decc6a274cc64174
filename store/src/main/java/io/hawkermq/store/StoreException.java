package io.hawkermq.store;

import org.jspecify.annotations.Nullable;

/// The store cannot do what was asked. The message is a sentence for people that names the directory
/// and says what to do.
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
