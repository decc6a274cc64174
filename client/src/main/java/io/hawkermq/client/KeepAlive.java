package io.hawkermq.client;

import java.util.concurrent.TimeUnit;

/// When to send PINGREQ and when to give the server up. Computes with the times that it is told,
/// nanoseconds of any clock that only goes forward.
///
/// PINGREQ is due when nothing was sent for the Keep Alive [MQTT-3.1.2-20], and also when nothing
/// was received for as long: a client that only publishes at QoS 0 would otherwise never notice
/// that nobody is there.
final class KeepAlive {
    /// The longest wait for an answer to PINGREQ.
    static final long LONGEST_PATIENCE = TimeUnit.SECONDS.toNanos(20);

    /// What is to be done now.
    enum Action {
        WAIT,
        PING,
        GIVE_UP
    }

    private final long interval;
    private long lastSent;
    private long lastReceived;
    private long pingSent;
    private boolean isPinging;
    private boolean isDeaf;

    /// @param seconds 1 to 65,535
    KeepAlive(int seconds, long now) {
        interval = TimeUnit.SECONDS.toNanos(seconds);
        lastSent = now;
        lastReceived = now;
    }

    void sent(long now) {
        lastSent = now;
    }

    /// Any packet shows that the server lives.
    void received(long now) {
        lastReceived = now;
        isPinging = false;
    }

    /// While the client does not read, it hears nothing and must not conclude anything.
    void deaf(boolean deaf, long now) {
        isDeaf = deaf;
        received(now);
    }

    long patience() {
        return Math.min(interval, LONGEST_PATIENCE);
    }

    /// To be called at [#next] or later.
    Action look(long now) {
        if (isPinging) {
            return !isDeaf && now - pingSent >= patience() ? Action.GIVE_UP : Action.WAIT;
        }
        if (now - due() < 0) {
            return Action.WAIT;
        }
        isPinging = !isDeaf;
        pingSent = now;
        lastSent = now;
        return Action.PING;
    }

    private long due() {
        boolean isSentFirst = isDeaf || lastSent - lastReceived < 0;
        return (isSentFirst ? lastSent : lastReceived) + interval;
    }

    /// When to look next.
    long next() {
        return isPinging ? pingSent + patience() : due();
    }
}
