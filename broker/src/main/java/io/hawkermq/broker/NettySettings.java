package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/// Settings that Netty reads once, from system properties, when its classes load: small caches, because
/// few loops are busy, and no leak detection, because buffers here have one owner, who releases them:
/// a connection, which may take its own to another loop, or a loop. Values that somebody has set are
/// kept.
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
                        return new NettyLog(name, log);
                    }
                });
    }

    private static void set(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
