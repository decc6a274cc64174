package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.FileReason;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The log as lines in Mosquitto's form, `<seconds since the epoch>: text`, on the standard streams,
/// in files, in the system's log ([Syslog]) and on topics ([LogTopics]). Owns the files.
///
/// On streams and in files each line is written at once, up to [#LINES_AT_ONCE] a second; what comes beyond, when very many
/// clients connect, is collected and written [#DELAY_MILLIS] later, because a system call for each
/// line would cost a connection a fifth of its time. Errors and warnings take everything before
/// them along. May be called by any thread.
public final class LineLog implements EventLog {
    static final int LINES_AT_ONCE = 100;
    static final long DELAY_MILLIS = 50;

    /// Characters of one entry: a Topic Name of 64 KiB would bury everything else, and fill the pipe
    /// of whoever reads the log only at the end. Mosquitto's lines are as long.
    static final int LONGEST = 1_000;

    private static final int MOST_COLLECTED_BYTES = 32 * 1024;

    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private List<OutputStream> outputs;
    private List<LogFile> files = List.of();
    private volatile @Nullable Syslog syslog;
    private volatile @Nullable LogTopics topics;
    private long second;
    private int linesThisSecond;
    private boolean isFlushDue;
    private boolean isBroken;
    private volatile LogSettings settings;

    /// @param identity of what was opened, null if the system has none
    private record LogFile(Path path, @Nullable Object identity, OutputStream out) {
        static LogFile open(Path path) throws IOException {
            OutputStream out = new FileOutputStream(path.toFile(), true);
            return new LogFile(path, FileState.of(path).key(), out);
        }

        boolean isMoved() {
            return !Objects.equals(FileState.of(path).key(), identity);
        }
    }

    private LineLog(LogSettings settings, List<OutputStream> outputs) {
        this.settings = settings;
        this.outputs = outputs;
    }

    /// Errors, warnings, notices and information: what Mosquitto logs by default.
    public static LineLog normal(PrintStream out) {
        return new LineLog(LogSettings.DEFAULT, List.of(out));
    }

    /// Everything, as with `-v`.
    public static LineLog verbose(PrintStream out) {
        return new LineLog(LogSettings.DEFAULT.verbose(), List.of(out));
    }

    /// A log as the settings say.
    ///
    /// @throws StartException if a file cannot be opened
    static LineLog open(LogSettings settings) throws StartException {
        LineLog log = new LineLog(settings, List.of());
        log.change(settings);
        return log;
    }

    /// Goes on by these settings. Opens all files anew, so that one that was moved away is begun
    /// again.
    ///
    /// @throws StartException if a file cannot be opened; then nothing changes
    void change(LogSettings replacement) throws StartException {
        List<LogFile> opened = new ArrayList<>();
        List<OutputStream> all = new ArrayList<>();
        if (replacement.isOnStandardError()) {
            all.add(System.err);
        }
        if (replacement.isOnStandardOutput()) {
            all.add(System.out);
        }
        for (Path file : replacement.files()) {
            try {
                opened.add(LogFile.open(file));
            } catch (IOException e) {
                close(opened);
                throw new StartException(
                        "Unable to open log file "
                                + file
                                + " for writing: "
                                + FileReason.of(e)
                                + ". The directory must exist and be writable by this user.");
            }
        }
        opened.forEach(f -> all.add(f.out()));
        List<LogFile> closing;
        synchronized (this) {
            flush();
            closing = files;
            files = opened;
            outputs = all;
            isBroken = false;
            settings = replacement;
        }
        close(closing);
        change(replacement.syslogFacility());
    }

    private void change(OptionalInt facility) {
        Syslog old = syslog;
        if (facility.isPresent() && !UnixDatagrams.isAvailable()) {
            syslog = null;
            log(LogLevel.WARNING, "'log_dest syslog' needs Linux.");
        } else {
            syslog = facility.isEmpty() ? null : new Syslog(Syslog.PLACE, facility.getAsInt());
        }
        if (old != null) {
            old.close();
        }
    }

    /// Publishes lines from now on, if the settings say so.
    void publishBy(LogTopics replacement) {
        topics = replacement;
    }

    /// Begins files again that were moved away, as a rotation of logs does.
    void reopenMoved() {
        if (files().stream().anyMatch(LogFile::isMoved)) {
            try {
                change(settings);
            } catch (StartException e) {
                log(LogLevel.ERROR, String.valueOf(e.getMessage()));
            }
        }
    }

    private synchronized List<LogFile> files() {
        return files;
    }

    private static void close(List<LogFile> files) {
        for (LogFile file : files) {
            try {
                file.out().close();
            } catch (IOException e) {
                // everything was handed over by write() already
            }
        }
    }

    LogSettings settings() {
        return settings;
    }

    @Override
    public boolean isEnabled(LogLevel level) {
        return settings.levels().contains(level);
    }

    /// Writes the text in one piece, so that lines of several threads do not mix. A client's
    /// identifier may bring along line breaks and control characters: lines after the first are
    /// indented and controls are shown as `?`, so that nobody forges a line or talks to the
    /// terminal.
    @Override
    public void log(LogLevel level, String text) {
        LogSettings current = settings;
        if (current.levels().contains(level)) {
            String prefix =
                    switch (level) {
                        case ERROR -> "Error: ";
                        case WARNING -> "Warning: ";
                        default -> "";
                    };
            long now = System.currentTimeMillis() / 1_000;
            StringBuilder line = new StringBuilder(text.length() + 32);
            line.append(current.time().prefix(now)).append(prefix);
            int length = Math.min(text.length(), LONGEST);
            for (int i = 0; i < length; i++) {
                char c = text.charAt(i);
                boolean isControl = c < ' ' || (c >= 0x7F && c <= 0x9F);
                if (c == '\n') {
                    line.append("\n\t");
                } else {
                    line.append(isControl && c != '\t' ? '?' : c);
                }
            }
            if (length < text.length()) {
                line.append("... (").append(text.length()).append(" characters)");
            }
            writeElsewhere(level, current, line);
            byte[] bytes = line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
            boolean isUrgent = level == LogLevel.ERROR || level == LogLevel.WARNING;
            write(bytes, now, isUrgent ? 0 : LINES_AT_ONCE);
        }
    }

    private void writeElsewhere(LogLevel level, LogSettings current, CharSequence line) {
        Syslog system = syslog;
        if (system != null) {
            try {
                system.write(level, line.toString());
            } catch (IOException e) {
                complain("The system's log cannot be written: " + e.getMessage());
            }
        }
        LogTopics published = topics;
        if (published != null && current.isOnTopics()) {
            published.write(level, line.toString());
        }
    }

    private synchronized void write(byte[] line, long now, int linesAtOnce) {
        if (now != second) {
            second = now;
            linesThisSecond = 0;
        }
        collected.writeBytes(line);
        linesThisSecond++;
        if (linesAtOnce == 0
                || (linesThisSecond <= linesAtOnce && !isFlushDue)
                || collected.size() > MOST_COLLECTED_BYTES) {
            flush();
        } else if (!isFlushDue) {
            isFlushDue = true;
            Thread.ofVirtual().name("hawker-log").start(this::flushLater);
        }
    }

    private void flushLater() {
        try {
            Thread.sleep(DELAY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; flushes early
        }
        synchronized (this) {
            isFlushDue = false;
            flush();
        }
    }

    /// Writes what was collected.
    synchronized void flush() {
        if (collected.size() == 0) {
            return;
        }
        byte[] bytes = collected.toByteArray();
        collected.reset();
        for (OutputStream output : outputs) {
            try {
                output.write(bytes, 0, bytes.length);
                output.flush();
            } catch (IOException e) {
                complain("A log file cannot be written: " + e.getMessage());
            }
        }
    }

    /// A full disk must not end the broker; it is told once.
    private synchronized void complain(String text) {
        if (!isBroken) {
            isBroken = true;
            System.err.println("Error: " + text + ".");
        }
    }
}
