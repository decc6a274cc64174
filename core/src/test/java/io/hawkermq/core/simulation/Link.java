package io.hawkermq.core.simulation;

import java.util.ArrayDeque;
import java.util.Deque;

/// A network connection between a client and the broker.
final class Link implements Pipe.Receiver {
    private final World world;
    private final int number;
    private final SimulatedClient client;
    private final ServerEnd server;
    private final Pipe toServer;
    private final Pipe toClient;
    private final Deque<Published> sentPublishes = new ArrayDeque<>();
    private boolean isAbandoned;
    private boolean isDamaged;
    private boolean isCrashed;

    Link(World world, int number, SimulatedClient client, ShardLoop loop) {
        this.world = world;
        this.number = number;
        this.client = client;
        this.server = new ServerEnd(world, this, client.key(), loop);
        this.toServer = new Pipe(world, server, () -> {});
        this.toClient = new Pipe(world, this, server::onMoved);
    }

    int number() {
        return number;
    }

    ServerEnd server() {
        return server;
    }

    SimulatedClient client() {
        return client;
    }

    Pipe toServer() {
        return toServer;
    }

    Pipe toClient() {
        return toClient;
    }

    /// The PUBLISH packets that the client has sent and the server has not yet seen, in order.
    Deque<Published> sentPublishes() {
        return sentPublishes;
    }

    /// True from when bytes may be lost.
    boolean isDamaged() {
        return isDamaged;
    }

    /// The client lets go of the connection without closing it: what still comes is lost.
    void abandon() {
        isAbandoned = true;
        isDamaged = true;
    }

    boolean isAbandoned() {
        return isAbandoned;
    }

    /// Breaks at any byte; both ends learn of it, each in its time.
    void breakOff() {
        isDamaged = true;
        toServer.breakOff("the network broke");
        toClient.breakOff("the network broke");
    }

    /// Breaks, and the server does not learn of it unless it finds out itself.
    void vanish() {
        isDamaged = true;
        toServer.vanish();
        toClient.breakOff("the network vanished");
    }

    /// The broker's process is gone: what it has written may still arrive, or part of it.
    void crash() {
        isDamaged = true;
        isCrashed = true;
        server.crash();
        toServer.vanish();
        toClient.breakOff("the broker is gone");
    }

    /// True if the process at its other end has died.
    boolean isCrashed() {
        return isCrashed;
    }

    @Override
    public void onBytes(byte[] piece) {
        if (!isAbandoned) {
            client.onBytes(this, piece);
        }
    }

    @Override
    public void onEnd(String why) {
        isDamaged = true;
        world.trace(client.key(), "link " + number + " ends: " + why);
        if (!isAbandoned) {
            client.onEnd(this);
        }
        toServer.close("the client closed");
    }
}
