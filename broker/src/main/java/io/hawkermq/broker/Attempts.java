package io.hawkermq.broker;

import org.jspecify.annotations.Nullable;

/// Things that are done one after the other, whatever becomes of each. What is told in the end is why
/// the first has failed, with the others suppressed.
final class Attempts {
    /// One of them.
    interface Attempt {
        void make() throws StartException;
    }

    private @Nullable Exception first;

    Attempts() {}

    /// Attempts to undo what has failed.
    ///
    /// @param first why it has
    Attempts(Exception first) {
        this.first = first;
    }

    void make(Attempt attempt) {
        try {
            attempt.make();
        } catch (StartException | RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    /// Ends them.
    ///
    /// @throws StartException if one has failed
    void end() throws StartException {
        switch (first) {
            case null -> {}
            case StartException e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new AssertionError(first);
        }
    }
}
