package io.hawkermq.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

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

    /// Lets seconds pass at the broker: the will of a client that is lost now, with this delay,
    /// tells when they are over.
    public void awaitSeconds(int seconds) {
        String topic = topic();
        RawClient observer = subscriber(Version.V5, topic, 0);
        Connect connect =
                Connect.resuming(Version.V5, name())
                        .will(topic, "time is over", 0, Prop.WILL_DELAY.of(seconds));
        client(connect).abort();
        observer.receive(topic, "time is over");
        observer.disconnect();
    }

    @Override
    public void close() {
        clients.forEach(RawClient::close);
    }
}
