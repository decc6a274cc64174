package io.hawkermq.core.simulation;

/// The core has broken a rule of the specification, or one of its own.
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    /// @param rule its number in the specification, or a short name
    Violation(String rule, String text) {
        super("[" + rule + "] " + text);
    }
}
