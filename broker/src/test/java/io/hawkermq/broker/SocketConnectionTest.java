package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Terms;
import io.hawkermq.protocol.ByteWriter;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.PacketEncoder;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.unix.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// On sockets that are connected to nobody: what comes is handed in.
@Timeout(60)
class SocketConnectionTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    private final LogLines log = new LogLines();

    private Broker broker() throws StartException {
        return Broker.start(
                BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0).loops(1).log(log)));
    }

    private static SocketConnection connection(Broker broker, Socket socket, String address)
            throws StartException {
        return new SocketConnection(
                broker,
                new OpenListener(broker, Listener.loopback(0)),
                broker.loops().getFirst(),
                address,
                broker.options().access(),
                Terms.DEFAULT,
                owner ->
                        new SocketWire(socket, ByteBufAllocator.DEFAULT, 1 << 20, () -> {}, owner));
    }

    private static void come(SocketConnection connection, Packet packet) {
        ByteWriter writer = new ByteWriter(256, 1 << 20);
        PacketEncoder.encode(packet, V5, Long.MAX_VALUE, writer);
        byte[] bytes = Arrays.copyOf(writer.array(), writer.length());
        connection.onBytes(Unpooled.wrappedBuffer(bytes));
    }

    /// What comes while it is on its way waits there, and the wire may be closed by then.
    @Test
    void whatCameOnTheWayIsReadIfTheWireDoesNotArrive() throws Exception { // [MQTT-3.14.4-3]
        try (Broker broker = broker()) {
            Loop loop = broker.loops().getFirst();
            SocketConnection connection = connection(broker, Socket.newSocketStream(), "here");
            loop.execute(() -> {
                connection.onOpened();
                come(connection, TestClient.connect(V5, "c"));
                connection.moveTo(loop);
                come(connection, new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
                connection.wire().close();
            });
            String line = log.await("Client c [here] disconnected: ");
            assertTrue(line.endsWith(" it disconnected."), line);
        }
    }

    /// What this program cannot digest must not be tried once more.
    @Test
    void afterAnInternalErrorNothingMoreIsRead() throws Exception {
        try (Broker broker = broker()) {
            Loop loop = broker.loops().getFirst();
            SocketConnection connection = connection(broker, Socket.newSocketStream(), "here");
            loop.execute(() -> {
                connection.onOpened();
                come(connection, TestClient.connect(V5, "c"));
                connection.pauseReading();
                come(connection, new Packet.Disconnect(ReasonCode.SUCCESS, Properties.NONE));
                connection.onFailure(new IllegalStateException("a fault"));
            });
            String line = log.await("Client c [here] disconnected: ");
            assertTrue(line.endsWith(" internal error."), line);
        }
    }

    /// A wire that is closed joins no loop, so that its connection is never opened.
    @Test
    void whoCannotBeRegisteredIsNoHandshake() throws Exception {
        try (Broker broker = broker()) {
            Loop loop = broker.loops().getFirst();
            SocketConnection connection = connection(broker, Socket.newSocketStream(), "here");
            loop.execute(() -> {
                connection.wire().close();
                connection.wire().open();
            });
            log.await("Client <unknown> from here closed its connection");
            assertEquals(0, pending(loop));
        }
    }

    @Test
    void whatTheClientIsToldItMaySendIsTaken() throws Exception {
        try (Broker broker = broker();
                TestClient client = new TestClient(broker.port(), V5)) {
            awaitPending(broker.loops().getFirst(), 1);
            BrokerOptions larger =
                    broker.options().with(o -> o.limits(l -> l.maximumPacketSize(3_000_000)));
            broker.change(larger, broker.prepare(larger));
            awaitPending(broker.loops().getFirst(), 1); // behind the new limits in the loop's queue
            client.send(TestClient.connect(V5, "c"));
            assertEquals(
                    3_000_000,
                    client.next(Packet.Connack.class)
                            .properties()
                            .number(Property.MAXIMUM_PACKET_SIZE, 0));
            client.send(TestClient.publish("t", QoS.AT_LEAST_ONCE, 1, new byte[2_900_000]));
            assertEquals(1, client.next(Packet.Puback.class).packetId());
        }
    }

    private static void awaitPending(Loop loop, int count) throws Exception {
        while (pending(loop) != count) {
            Thread.onSpinWait();
        }
    }

    private static int pending(Loop loop) throws Exception {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        loop.execute(() -> answer.complete(loop.handshakes().pending()));
        return answer.get(20, TimeUnit.SECONDS);
    }
}
