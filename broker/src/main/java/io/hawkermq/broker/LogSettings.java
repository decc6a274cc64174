package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.LogDestination;
import io.hawkermq.mosquitto.LogDestination.Place;
import io.hawkermq.mosquitto.LogType;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/// What is logged, how and where.
///
/// @param files that are appended to
/// @param syslogFacility for the system's log; empty to leave it alone
/// @param isOnTopics whether it is published too
record LogSettings(
        Set<LogLevel> levels,
        LogTime time,
        boolean isOnStandardError,
        boolean isOnStandardOutput,
        List<Path> files,
        OptionalInt syslogFacility,
        boolean isOnTopics) {
    /// Without a configuration file.
    static final LogSettings DEFAULT =
            new LogSettings(
                    EnumSet.of(
                            LogLevel.ERROR,
                            LogLevel.WARNING,
                            LogLevel.NOTICE,
                            LogLevel.CONNECTION,
                            LogLevel.INFORMATION),
                    LogTime.SECONDS,
                    true,
                    false,
                    List.of(),
                    OptionalInt.empty(),
                    false);

    LogSettings {
        levels =
                Collections.unmodifiableSet(
                        levels.isEmpty() ? EnumSet.noneOf(LogLevel.class) : EnumSet.copyOf(levels));
        files = List.copyOf(files);
    }

    /// Everything, as with `-v`.
    LogSettings verbose() {
        return new LogSettings(
                EnumSet.allOf(LogLevel.class),
                time,
                isOnStandardError,
                isOnStandardOutput,
                files,
                syslogFacility,
                isOnTopics);
    }

    static LogSettings of(Configuration configuration) {
        List<LogDestination> destinations = configuration.value(GlobalOptions.LOG_DEST);
        return new LogSettings(
                levels(configuration),
                configuration.value(GlobalOptions.LOG_TIMESTAMP)
                        ? configuration
                                .value(GlobalOptions.LOG_TIMESTAMP_FORMAT)
                                .map(LogTime::strftime)
                                .orElse(LogTime.SECONDS)
                        : LogTime.NONE,
                destinations.contains(Place.STDERR),
                destinations.contains(Place.STDOUT),
                destinations.stream()
                        .filter(LogDestination.InFile.class::isInstance)
                        .map(d -> ((LogDestination.InFile) d).path())
                        .toList(),
                destinations.contains(Place.SYSLOG)
                        ? OptionalInt.of(
                                configuration
                                        .value(GlobalOptions.LOG_FACILITY)
                                        .map(local -> Syslog.LOCAL_0 + local)
                                        .orElse(Syslog.DAEMON))
                        : OptionalInt.empty(),
                destinations.contains(Place.TOPIC));
    }

    private static Set<LogLevel> levels(Configuration configuration) {
        Set<LogLevel> levels = EnumSet.noneOf(LogLevel.class);
        for (LogType type : configuration.value(GlobalOptions.LOG_TYPE)) {
            switch (type) {
                case ERROR -> levels.add(LogLevel.ERROR);
                case WARNING -> levels.add(LogLevel.WARNING);
                case NOTICE -> {
                    levels.add(LogLevel.NOTICE);
                    if (configuration.value(GlobalOptions.CONNECTION_MESSAGES)) {
                        levels.add(LogLevel.CONNECTION);
                    }
                }
                case INFORMATION -> levels.add(LogLevel.INFORMATION);
                case DEBUG -> levels.add(LogLevel.DEBUG);
                case SUBSCRIBE -> levels.add(LogLevel.SUBSCRIBE);
                case UNSUBSCRIBE -> levels.add(LogLevel.UNSUBSCRIBE);
                case WEBSOCKETS, INTERNAL -> {} // no such lines are written
            }
        }
        return levels;
    }
}
