package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// What systemd wants to know of a service of `Type=notify` or `Type=notify-reload`: one datagram to
/// the socket that `NOTIFY_SOCKET` names for each change of its state (`sd_notify(3)`). Without that
/// variable all this does nothing.
///
/// With `WatchdogSec=` a beat is sent twice in that time, but only after every event loop that owns
/// sessions has answered: a broker that hangs is restarted. Owns a virtual thread for the beat and
/// the socket, until the process ends.
final class ServiceNotices {
    private final @Nullable UnixDatagrams datagrams;
    private final String socket;
    private final Duration beat;
    private final EventLog log;

    private ServiceNotices(
            @Nullable UnixDatagrams datagrams, String socket, Duration beat, EventLog log) {
        this.datagrams = datagrams;
        this.socket = socket;
        this.beat = beat;
        this.log = log;
    }

    /// @param environment of the process
    static ServiceNotices of(Map<String, String> environment, EventLog log) {
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (socket.isEmpty()) {
            return new ServiceNotices(null, socket, Duration.ZERO, log);
        }
        if (!UnixDatagrams.isAvailable()) {
            log.log(LogLevel.WARNING, "systemd is not told: Netty's native half is missing.");
            return new ServiceNotices(null, socket, Duration.ZERO, log);
        }
        return new ServiceNotices(new UnixDatagrams(), socket, beat(environment), log);
    }

    /// Half of what is allowed; zero if no beat is asked for, or not of this process.
    private static Duration beat(Map<String, String> environment) {
        String own = Long.toString(ProcessHandle.current().pid());
        if (!environment.getOrDefault("WATCHDOG_PID", own).equals(own)) {
            return Duration.ZERO;
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return Duration.ofNanos(micros * 1_000 / 2);
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    /// Clients are served, again or for the first time.
    void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    /// What follows until [#ready] is a reload.
    void reloading() {
        // System.nanoTime is Linux's CLOCK_MONOTONIC, which systemd compares with its own.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1_000);
    }

    void stopping() {
        send("STOPPING=1");
    }

    /// Begins the beat, if one is asked for.
    void watch(Broker broker) {
        if (datagrams != null && beat.isPositive()) {
            Thread.ofVirtual().name("hawker-watchdog").start(() -> beatFor(broker));
        }
    }

    private void beatFor(Broker broker) {
        try {
            while (true) {
                if (turns(broker, beat)) {
                    send("WATCHDOG=1");
                }
                Thread.sleep(beat);
            }
        } catch (InterruptedException e) {
            // nobody does that; systemd would find out
        }
    }

    /// Whether every event loop that owns sessions answers in time.
    static boolean turns(Broker broker, Duration patience) throws InterruptedException {
        try {
            var _ = broker.worked().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return false;
        }
    }

    private void send(String state) {
        if (datagrams != null) {
            try {
                datagrams.send(socket, state.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                log.log(LogLevel.WARNING, "systemd cannot be told: " + e.getMessage());
            }
        }
    }
}
