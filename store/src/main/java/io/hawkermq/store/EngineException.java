package io.hawkermq.store;

import org.jspecify.annotations.Nullable;

/// The engine failed.
final class EngineException extends Exception {
    private static final long serialVersionUID = 1L;

    /// What is to be done about it.
    enum Kind {
        /// What was read is not what was written.
        DAMAGE,
        /// There is no space.
        FULL,
        /// Anything else: reading or writing failed.
        INPUT_OUTPUT
    }

    private final Kind kind;

    EngineException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }
}
