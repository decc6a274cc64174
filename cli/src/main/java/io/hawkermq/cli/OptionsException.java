package io.hawkermq.cli;

/// A command line that is refused, or that asks for help instead.
final class OptionsException extends Exception {
    private static final long serialVersionUID = 1L;

    /// What is to be printed beside the message.
    enum Wants {
        /// A hint at the option help.
        HINT,
        HELP,
        VERSION,
        NOTHING
    }

    private final Wants wants;

    OptionsException(String message, Wants wants) {
        super(message, null, false, false);
        this.wants = wants;
    }

    /// @param message a line for the standard error, with its line break
    static OptionsException wrong(String message) {
        return new OptionsException(message, Wants.HINT);
    }

    Wants wants() {
        return wants;
    }
}
