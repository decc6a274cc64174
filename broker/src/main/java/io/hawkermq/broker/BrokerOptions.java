package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Slots;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a broker is started with.
///
/// @param listeners where it accepts connections; port 0 lets the system choose
/// @param isLocalOnly true if the listeners are the default ones, of which each may fail as long as
///     one works (a machine without IPv6)
/// @param loops event loops, 1 to 64
/// @param slots which of them own which sessions at the start
/// @param sysIntervalSeconds between updates of `$SYS`; 0 for none
/// @param maximumOutboundBytes unsent bytes of one connection beyond which it counts as slow
/// @param persistence where sessions and retained messages are kept on disk, null if they are not
public record BrokerOptions(
        List<InetSocketAddress> listeners,
        boolean isLocalOnly,
        int loops,
        Slots slots,
        Limits limits,
        AccessControl access,
        EventLog log,
        int sysIntervalSeconds,
        int maximumOutboundBytes,
        @Nullable Persistence persistence) {
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
                Limits.DEFAULT.with(
                        l -> l.maximumOfflineBytes(heap / 4).maximumWaitingBytes(heap / 8)),
                AccessControl.anonymous(),
                EventLog.SILENT,
                10,
                DEFAULT_OUTBOUND_BYTES,
                null);
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

    /// The same, but for what the change sets:
    ///
    /// ```java
    /// BrokerOptions.local(1883).with(o -> o.loops(2).limits(l -> l.receiveMaximum(10)))
    /// ```
    public BrokerOptions with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// Options that [#with] changes. Each method sets what [BrokerOptions] has under its name, in
    /// the unit and range documented there, and says what else it sets.
    public static final class Builder {
        private List<InetSocketAddress> listeners;
        private boolean isLocalOnly;
        private int loops;
        private Slots slots;
        private Limits limits;
        private AccessControl access;
        private EventLog log;
        private int sysIntervalSeconds;
        private int maximumOutboundBytes;
        private @Nullable Persistence persistence;

        private Builder(BrokerOptions from) {
            listeners = from.listeners;
            isLocalOnly = from.isLocalOnly;
            loops = from.loops;
            slots = from.slots;
            limits = from.limits;
            access = from.access;
            log = from.log;
            sysIntervalSeconds = from.sysIntervalSeconds;
            maximumOutboundBytes = from.maximumOutboundBytes;
            persistence = from.persistence;
        }

        /// Each of them must work.
        public Builder listeners(List<InetSocketAddress> value) {
            listeners = List.copyOf(value);
            isLocalOnly = false;
            return this;
        }

        /// Other loopback listeners: each pair of which may lack IPv6.
        Builder localListeners(List<InetSocketAddress> value) {
            listeners = List.copyOf(value);
            isLocalOnly = true;
            return this;
        }

        /// So many loops, with the sessions spread over all from the start.
        public Builder loops(int value) {
            loops = value;
            slots = Slots.over(value);
            return this;
        }

        /// To be called after [#loops], which sets them too.
        public Builder slots(Slots value) {
            slots = value;
            return this;
        }

        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /// Changes some of the limits.
        public Builder limits(Consumer<Limits.Builder> change) {
            limits = limits.with(change);
            return this;
        }

        public Builder access(AccessControl value) {
            access = value;
            return this;
        }

        public Builder log(EventLog value) {
            log = value;
            return this;
        }

        public Builder sysIntervalSeconds(int value) {
            sysIntervalSeconds = value;
            return this;
        }

        public Builder maximumOutboundBytes(int value) {
            maximumOutboundBytes = value;
            return this;
        }

        public Builder persistence(Persistence value) {
            persistence = value;
            return this;
        }

        private BrokerOptions build() {
            return new BrokerOptions(
                    listeners,
                    isLocalOnly,
                    loops,
                    slots,
                    limits,
                    access,
                    log,
                    sysIntervalSeconds,
                    maximumOutboundBytes,
                    persistence);
        }
    }
}
