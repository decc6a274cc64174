package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/// Settings that Netty reads once, from system properties, when its classes load: small caches and
/// no leak detection, because buffers here never leave the loop that made them. Values that
/// somebody has set are kept.
final class NettySettings {
    private NettySettings() {}

    static void apply(EventLog log) {
        set("io.netty.leakDetection.level", "disabled");
        // Flight Recorder's classes cost memory and start-up time, for events that nobody records.
        set("io.netty.jfr.enabled", "false");
        set("io.netty.recycler.maxCapacityPerThread", "256");
        set("io.netty.allocator.type", "pooled");
        set("io.netty.allocator.numHeapArenas", "0");
        set("io.netty.allocator.numDirectArenas", "1");
        set("io.netty.allocator.maxOrder", "3");
        set("io.netty.noPreferDirect", "false");
        set("io.netty.eventLoop.maxPendingTasks", "16777216");
        InternalLoggerFactory.setDefaultFactory(
                new InternalLoggerFactory() {
                    @Override
                    protected InternalLogger newInstance(String name) {
                        return new ToEventLog(name, log);
                    }
                });
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /// Warnings and errors of Netty go to the broker's log, the rest nowhere; no logging framework
    /// is loaded.
    private static final class ToEventLog extends AbstractInternalLogger {
        private static final long serialVersionUID = 1L;

        private final transient EventLog log;

        ToEventLog(String name, EventLog log) {
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
            write(LogLevel.WARNING, format + " " + java.util.Arrays.toString(arguments));
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
            write(LogLevel.ERROR, format + " " + java.util.Arrays.toString(arguments));
        }

        @Override
        public void error(String msg, Throwable t) {
            write(LogLevel.ERROR, msg + ": " + Stacks.of(t));
        }
    }
}
