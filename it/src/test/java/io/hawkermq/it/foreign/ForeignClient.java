package io.hawkermq.it.foreign;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/// The clients that `it/install-foreign-clients` installs, and the broker.
enum ForeignClient {
    /// Its tools, and its broker, beside which our own client and tools are tested.
    MOSQUITTO {
        @Override
        boolean isInstalled() {
            return Files.isExecutable(Path.of(BROKER))
                    && Stream.of("pub", "sub", "rr", "ctrl", "passwd")
                            .allMatch(tool -> isOnPath("mosquitto_" + tool));
        }
    },
    PAHO {
        @Override
        boolean isInstalled() {
            return Files.isExecutable(Path.of(PYTHON))
                    && succeeds(PYTHON, "-c", "import paho.mqtt");
        }
    },
    MQTT_JS {
        @Override
        boolean isInstalled() {
            return isOnPath("node")
                    && Files.exists(
                            Program.module().resolve("src/test/js/node_modules/mqtt/package.json"));
        }
    };

    /// Debian's own interpreter, which has Debian's Paho, whatever other one is on the PATH.
    static final String PYTHON = "/usr/bin/python3";

    /// Where Debian has it; not on everybody's PATH.
    static final String BROKER = "/usr/sbin/mosquitto";

    abstract boolean isInstalled();

    /// Skips the test if the client is missing; fails it in CI.
    void require() {
        if (isInstalled()) {
            return;
        }
        String message = this + " is missing: run it/install-foreign-clients";
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(message);
        }
        Assumptions.abort(message);
    }

    private static boolean isOnPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(d -> Files.isExecutable(Path.of(d, program)));
    }

    private static boolean succeeds(String... command) {
        try {
            Program.run(command);
            return true;
        } catch (AssertionError e) {
            return false;
        }
    }
}
