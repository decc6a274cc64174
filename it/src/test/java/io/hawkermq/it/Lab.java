package io.hawkermq.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// What one test needs of the broker that it shares with others: connections, which are closed at
/// its end, and names that no other test uses.
public final class Lab implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final int port;
    private final List<RawClient> clients = new CopyOnWriteArrayList<>();

    /// @param port of a broker on the loopback address
    public Lab(int port) {
        this.port = port;
    }

    public int port() {
        return port;
    }

    /// A Client Identifier that no other test uses.
    public String name() {
        return "c" + NAMES.incrementAndGet();
    }

    /// A Topic Name of two levels that no other test uses.
    public String topic() {
        return "t/" + NAMES.incrementAndGet();
    }

    /// A connection without a CONNECT.
    public RawClient open(Version version) {
        RawClient c = RawClient.open(port, version);
        clients.add(c);
        return c;
    }

    /// A client with a new Client Identifier and no session to come back to.
    public RawClient client(Version version) {
        return client(Connect.as(version, name()));
    }

    /// A client that was accepted.
    public RawClient client(Connect connect) {
        RawClient c = open(connect.version);
        c.connect(connect);
        return c;
    }

    /// A client whose session continues, or begins, and is kept when the connection ends.
    public RawClient resume(Version version, String clientId) {
        return client(Connect.resuming(version, clientId));
    }

    /// A client that subscribes to one filter.
    public RawClient subscriber(Version version, String filter, int options) {
        RawClient c = client(version);
        c.subscribe(filter, options);
        return c;
    }

    /// Waits until a message that expires after `seconds`, sent now, has expired at the broker: a
    /// retained message serves as the broker's own clock.
    public void awaitExpiry(int seconds) {
        String topic = topic();
        RawClient c = client(Version.V5);
        c.publish(
                Publish.to(topic)
                        .payload("clock")
                        .qos(1)
                        .retain()
                        .with(Prop.MESSAGE_EXPIRY.of(seconds)));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds + 10);
        while (isRetained(c, topic)) {
            if (System.nanoTime() > end) {
                throw c.failure("a retained message does not expire [MQTT-3.3.2-5]");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
        c.disconnect();
    }

    private static boolean isRetained(RawClient c, String topic) {
        c.subscribe(topic, 0);
        c.send(Wire.pingreq());
        if (c.next().type() == Wire.PINGRESP) {
            return false;
        }
        c.expect(Wire.PINGRESP);
        return true;
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
    }
}
