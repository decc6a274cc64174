package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.netty.util.internal.logging.AbstractInternalLogger;
import java.util.Arrays;

/// Warnings and errors of Netty go to the broker's log, the rest nowhere; no logging framework
/// is loaded.
final class NettyLog extends AbstractInternalLogger {
    private static final long serialVersionUID = 1L;

    private final transient EventLog log;

    NettyLog(String name, EventLog log) {
        super(name);
        this.log = log;
    }

    private void write(LogLevel level, String text) {
        log.log(level, "Netty: " + text);
    }

    @Override
    public boolean isTraceEnabled() {
        return false;
    }

    @Override
    public void trace(String msg) {}

    @Override
    public void trace(String format, Object arg) {}

    @Override
    public void trace(String format, Object argA, Object argB) {}

    @Override
    public void trace(String format, Object... arguments) {}

    @Override
    public void trace(String msg, Throwable t) {}

    @Override
    public boolean isDebugEnabled() {
        return false;
    }

    @Override
    public void debug(String msg) {}

    @Override
    public void debug(String format, Object arg) {}

    @Override
    public void debug(String format, Object argA, Object argB) {}

    @Override
    public void debug(String format, Object... arguments) {}

    @Override
    public void debug(String msg, Throwable t) {}

    @Override
    public boolean isInfoEnabled() {
        return false;
    }

    @Override
    public void info(String msg) {}

    @Override
    public void info(String format, Object arg) {}

    @Override
    public void info(String format, Object argA, Object argB) {}

    @Override
    public void info(String format, Object... arguments) {}

    @Override
    public void info(String msg, Throwable t) {}

    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    @Override
    public void warn(String msg) {
        write(LogLevel.WARNING, msg);
    }

    @Override
    public void warn(String format, Object arg) {
        write(LogLevel.WARNING, format + " " + arg);
    }

    @Override
    public void warn(String format, Object argA, Object argB) {
        write(LogLevel.WARNING, format + " " + argA + " " + argB);
    }

    @Override
    public void warn(String format, Object... arguments) {
        write(LogLevel.WARNING, format + " " + Arrays.toString(arguments));
    }

    @Override
    public void warn(String msg, Throwable t) {
        write(LogLevel.WARNING, msg + ": " + Stacks.of(t));
    }

    @Override
    public boolean isErrorEnabled() {
        return true;
    }

    @Override
    public void error(String msg) {
        write(LogLevel.ERROR, msg);
    }

    @Override
    public void error(String format, Object arg) {
        write(LogLevel.ERROR, format + " " + arg);
    }

    @Override
    public void error(String format, Object argA, Object argB) {
        write(LogLevel.ERROR, format + " " + argA + " " + argB);
    }

    @Override
    public void error(String format, Object... arguments) {
        write(LogLevel.ERROR, format + " " + Arrays.toString(arguments));
    }

    @Override
    public void error(String msg, Throwable t) {
        write(LogLevel.ERROR, msg + ": " + Stacks.of(t));
    }
}
