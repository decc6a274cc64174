package io.hawkermq.mosquitto;

import java.nio.file.Path;

/// Where log lines go.
public sealed interface LogDestination {
    /// The places that need no further word.
    enum Place implements LogDestination {
        STDERR,
        STDOUT,
        SYSLOG,
        /// Topics below `$SYS/broker/log/`.
        TOPIC,
        /// Diagnostic Log and Trace, which does not exist here.
        DLT,
        ANDROID
    }

    /// A file that lines are appended to.
    record InFile(Path path) implements LogDestination {}
}
