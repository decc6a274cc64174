package io.hawkermq.testkit;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.ReasonCode;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The faults in force. The test adds, the broker's loop asks at each packet.
final class Faults {
    private final List<Injection> injections = new CopyOnWriteArrayList<>();

    Injection add(Fault fault) {
        Injection injection = new Injection(fault, this);
        injections.add(injection);
        return injection;
    }

    void remove(Injection injection) {
        injections.remove(injection);
    }

    void clear() {
        injections.forEach(Injection::close);
    }

    /// What happens to a packet between the sockets; null for nothing. The earliest injected wins.
    Fault.@Nullable Effect onPacket(
            PacketType packet, Direction direction, @Nullable String clientId) {
        for (Injection i : injections) {
            if (!(i.fault().effect() instanceof Fault.Effect.Refuse)
                    && i.happensTo(packet, direction, clientId)) {
                return i.fault().effect();
            }
        }
        return null;
    }

    /// The Reason Code that a CONNECT is to be refused with; null if it is not.
    @Nullable ReasonCode onConnect(String clientId) {
        for (Injection i : injections) {
            if (i.fault().effect() instanceof Fault.Effect.Refuse(ReasonCode reasonCode)
                    && i.happensTo(PacketType.CONNECT, Direction.TO_BROKER, clientId)) {
                return reasonCode;
            }
        }
        return null;
    }
}
