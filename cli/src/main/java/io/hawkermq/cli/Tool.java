package io.hawkermq.cli;

/// The tools that share their options.
enum Tool {
    PUB("mosquitto_pub"),
    SUB("mosquitto_sub"),
    RR("mosquitto_rr"),
    CTRL("mosquitto_ctrl");

    private final String program;

    Tool(String program) {
        this.program = program;
    }

    /// Mosquitto's name for it, which is also that of its options file.
    String program() {
        return program;
    }
}
