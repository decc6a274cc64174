package io.hawkermq.testkit;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.ReasonCode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Something that goes wrong with certain packets, to be [injected][HawkerBroker#inject]. Says at
/// first what happens to which packets, and then, as far as it does not happen to all of them, to
/// which:
///
/// ```java
/// broker.inject(Fault.drop(PacketType.PUBACK).to(Direction.TO_CLIENT).of("sensor-1").times(1));
/// broker.inject(Fault.cutAt(PacketType.PUBLISH, 3).skip(10).times(1));
/// broker.inject(Fault.refuse(ReasonCode.SERVER_BUSY).times(3));
/// ```
///
/// Immutable; each method gives another one.
///
/// @param packet what it happens to
/// @param effect what happens
/// @param directions in which such packets are affected
/// @param clientId the client whose packets are affected; null for all
/// @param skipped how many packets that fit are let through first, 0 or more
/// @param times how often it happens, 1 or more
public record Fault(
        PacketType packet,
        Effect effect,
        Set<Direction> directions,
        @Nullable String clientId,
        int skipped,
        int times) {

    /// What happens to a packet.
    public sealed interface Effect {
        /// It never arrives.
        record Drop() implements Effect {}

        /// It arrives so much later; what comes behind it overtakes it, unless it is delayed too.
        ///
        /// @param time 0 or more
        record Delay(Duration time) implements Effect {}

        /// So many of its bytes arrive, and then the connection is closed.
        ///
        /// @param bytes 0 or more; all if the packet has fewer
        record Cut(int bytes) implements Effect {}

        /// For CONNECT: it is answered by a CONNACK with this code.
        ///
        /// @param reasonCode an error; where MQTT 5 is not spoken, the return code closest to it
        record Refuse(ReasonCode reasonCode) implements Effect {}
    }

    /// Checks and copies.
    ///
    /// @throws IllegalArgumentException if a number is out of range
    public Fault {
        directions = Set.copyOf(directions);
        if (skipped < 0 || times < 1) {
            throw new IllegalArgumentException(
                    "A fault skips 0 packets or more and happens once or more, not "
                            + skipped
                            + " and "
                            + times);
        }
    }

    private static Fault of(PacketType packet, Effect effect) {
        return new Fault(
                packet, effect, EnumSet.allOf(Direction.class), null, 0, Integer.MAX_VALUE);
    }

    /// Packets of this type never arrive. Meant for acknowledgements; without a PUBLISH of QoS 1 or
    /// 2, say, the peer waits until its connection is a new one.
    ///
    /// @param packet in both directions, unless narrowed by [#to]
    /// @return the fault, for all clients and for ever
    public static Fault drop(PacketType packet) {
        return of(packet, new Effect.Drop());
    }

    /// Packets of this type arrive later. Those behind them overtake them, as if the receiver had
    /// been slow to answer; among each other they stay in order.
    ///
    /// @param packet in both directions, unless narrowed by [#to]
    /// @param time 0 or more
    /// @return the fault, for all clients and for ever
    public static Fault delay(PacketType packet, Duration time) {
        return of(packet, new Effect.Delay(time));
    }

    /// The connection is closed instead of bringing a packet of this type.
    ///
    /// @param packet in both directions, unless narrowed by [#to]
    /// @return the fault, for all clients and for ever
    public static Fault cutBefore(PacketType packet) {
        return cutAt(packet, 0);
    }

    /// The connection is closed as soon as the last byte of a packet of this type has passed. Whether
    /// the peer still reads it is for the peer to say: the packet and the end of the connection
    /// arrive at the same time.
    ///
    /// @param packet in both directions, unless narrowed by [#to]
    /// @return the fault, for all clients and for ever
    public static Fault cutAfter(PacketType packet) {
        return cutAt(packet, Integer.MAX_VALUE);
    }

    /// The connection is closed in the midst of a packet of this type.
    ///
    /// @param packet in both directions, unless narrowed by [#to]
    /// @param bytes of the packet, its fixed header included, that still pass
    /// @return the fault, for all clients and for ever
    /// @throws IllegalArgumentException if it is negative
    public static Fault cutAt(PacketType packet, int bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("0 bytes or more can pass, not " + bytes);
        }
        return of(packet, new Effect.Cut(bytes));
    }

    /// CONNECT is answered with this Reason Code; clients before MQTT 5 get the return code that is
    /// closest to it.
    ///
    /// @param reasonCode an error
    /// @return the fault, for all clients and for ever
    /// @throws IllegalArgumentException if it is no error
    public static Fault refuse(ReasonCode reasonCode) {
        if (!reasonCode.isError()) {
            throw new IllegalArgumentException(reasonCode + " refuses nothing");
        }
        return of(PacketType.CONNECT, new Effect.Refuse(reasonCode));
    }

    /// Only packets that go this way; else both.
    ///
    /// @param direction the only one
    /// @return the same fault, so narrowed
    public Fault to(Direction direction) {
        return new Fault(packet, effect, Set.of(direction), clientId, skipped, times);
    }

    /// Only packets of this client; else of all. A Client Identifier that the server assigned is
    /// known here from the CONNACK on, and only with MQTT 5, which tells it to the client.
    ///
    /// @param client its Client Identifier, to the letter
    /// @return the same fault, so narrowed
    public Fault of(String client) {
        return new Fault(packet, effect, directions, client, skipped, times);
    }

    /// So many packets pass first.
    ///
    /// @param packets 0 or more
    /// @return the same fault, so narrowed
    /// @throws IllegalArgumentException if it is negative
    public Fault skip(int packets) {
        return new Fault(packet, effect, directions, clientId, packets, times);
    }

    /// It happens so often, all connections counted together; else for ever.
    ///
    /// @param most 1 or more
    /// @return the same fault, so narrowed
    /// @throws IllegalArgumentException if it is less than 1
    public Fault times(int most) {
        return new Fault(packet, effect, directions, clientId, skipped, most);
    }
}
