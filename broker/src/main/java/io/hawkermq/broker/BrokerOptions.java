package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Slots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// What a broker is started with.
///
/// @param listeners where it accepts connections; port 0 lets the system choose
/// @param isLocalOnly true if the listeners are the default ones, of which each may fail as long as
///     one works (a machine without IPv6)
/// @param loops event loops, 1 to 64
/// @param slots which of them own which sessions at the start
/// @param sysIntervalSeconds between updates of `$SYS`; 0 for none
/// @param maximumOutboundBytes unsent bytes of one connection beyond which it counts as slow
public record BrokerOptions(
        List<InetSocketAddress> listeners,
        boolean isLocalOnly,
        int loops,
        Slots slots,
        Limits limits,
        AccessControl access,
        EventLog log,
        int sysIntervalSeconds,
        int maximumOutboundBytes) {
    public static final int DEFAULT_PORT = 1883;
    public static final int DEFAULT_OUTBOUND_BYTES = 1 << 20;

    /// What Mosquitto does without configuration: loopback only, anonymous, in memory.
    ///
    /// @param port 0 lets the system choose
    public static BrokerOptions local(int port) {
        long heap = Runtime.getRuntime().maxMemory();
        InetAddress ipv4 = address(127, 0, 0, 1);
        InetAddress ipv6 = address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
        return new BrokerOptions(
                List.of(new InetSocketAddress(ipv4, port), new InetSocketAddress(ipv6, port)),
                true,
                Math.min(Runtime.getRuntime().availableProcessors(), 64),
                Slots.onOneShard(),
                Limits.DEFAULT.withMemory(heap / 4, heap / 8),
                AccessControl.anonymous(),
                EventLog.SILENT,
                10,
                DEFAULT_OUTBOUND_BYTES);
    }

    private static InetAddress address(int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("an address of the right length", e);
        }
    }

    public BrokerOptions withLimits(Limits value) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                slots,
                value,
                access,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    public BrokerOptions withAccess(AccessControl value) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                slots,
                limits,
                value,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    public BrokerOptions withLog(EventLog value) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                slots,
                limits,
                access,
                value,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    public BrokerOptions withSysInterval(int seconds) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                slots,
                limits,
                access,
                log,
                seconds,
                maximumOutboundBytes);
    }

    public BrokerOptions withMaximumOutboundBytes(int bytes) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                slots,
                limits,
                access,
                log,
                sysIntervalSeconds,
                bytes);
    }

    public BrokerOptions withListeners(List<InetSocketAddress> value) {
        return new BrokerOptions(
                value,
                false,
                loops,
                slots,
                limits,
                access,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    /// Other loopback listeners: each pair of which may lack IPv6.
    BrokerOptions withLocalListeners(List<InetSocketAddress> value) {
        return new BrokerOptions(
                value,
                true,
                loops,
                slots,
                limits,
                access,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    public BrokerOptions withSlots(Slots value) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                loops,
                value,
                limits,
                access,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }

    /// So many loops, with the sessions spread over all from the start.
    public BrokerOptions withLoops(int value) {
        return new BrokerOptions(
                listeners,
                isLocalOnly,
                value,
                Slots.over(value),
                limits,
                access,
                log,
                sysIntervalSeconds,
                maximumOutboundBytes);
    }
}
