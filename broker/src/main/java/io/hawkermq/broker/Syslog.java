package io.hawkermq.broker;

import io.hawkermq.core.LogLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// `log_dest syslog`: one datagram for each line to `/dev/log`, in the form of RFC 3164 that every
/// system's log reads: `<30>Nov 23 16:05:07 hawker[4711]: text`. A line that the system's log has no
/// room for is lost, because a broker does not wait for its log.
final class Syslog implements AutoCloseable {
    static final String PLACE = "/dev/log";

    /// The facility `daemon`.
    static final int DAEMON = 3;

    /// The facility `local0`; up to `local7` follow.
    static final int LOCAL_0 = 16;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ROOT);

    private final String place;
    private final int facility;
    private final long pid = ProcessHandle.current().pid();
    private final UnixDatagrams datagrams = new UnixDatagrams();

    /// @param facility 0 to 23
    Syslog(String place, int facility) {
        this.place = place;
        this.facility = facility;
    }

    /// @throws IOException if nobody listens
    void write(LogLevel level, String line) throws IOException {
        int severity =
                switch (level) {
                    case ERROR -> 3;
                    case WARNING -> 4;
                    case NOTICE, CONNECTION, SUBSCRIBE, UNSUBSCRIBE -> 5;
                    case INFORMATION -> 6;
                    case DEBUG -> 7;
                };
        String text =
                "<"
                        + (facility * 8 + severity)
                        + ">"
                        + LocalDateTime.now(ZoneId.systemDefault()).format(TIME)
                        + " hawker["
                        + pid
                        + "]: "
                        + line;
        datagrams.send(place, text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        datagrams.close();
    }
}
