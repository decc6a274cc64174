package io.hawkermq.broker;

import io.hawkermq.broker.transport.ProxyOptions;
import io.hawkermq.broker.transport.PskOptions;
import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.broker.transport.WebSocketOptions;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Terms;
import io.netty.channel.ChannelHandler;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One place where the broker accepts connections, and all that is special there. From the socket
/// up a connection passes the PROXY protocol, TLS and WebSocket, as far as the listener has them.
///
/// ```java
/// Listener.tcp(8883).with(l -> l.tls(TlsOptions.of(certificate, key)).maximumConnections(1_000))
/// ```
///
/// @param proxy null if no proxy stands in front that speaks the PROXY protocol
/// @param tls null for none
/// @param psk TLS with pre-shared keys, null for none; not beside `tls`
/// @param webSocket null for MQTT without it
/// @param maximumConnections at the same time, more are closed at once; 1 or more
/// @param access decides about its clients; null for that of the broker
/// @param terms what its clients are held to
/// @param tap makes for each connection a handler that stands right below MQTT, where TLS and
///     WebSocket are off already, and may hold, change or drop the bytes that pass in packets; null
///     for none. Called on the loop that accepts. What it hands up must be at most 64 KiB at a
///     time.
/// @param origin for messages, where it was asked for, like `mosquitto.conf:7`; empty if unknown
public record Listener(
        Address address,
        @Nullable ProxyOptions proxy,
        @Nullable TlsOptions tls,
        @Nullable PskOptions psk,
        @Nullable WebSocketOptions webSocket,
        int maximumConnections,
        @Nullable AccessControl access,
        Terms terms,
        @Nullable Supplier<ChannelHandler> tap,
        String origin) {
    /// Read and write for the owner and the group, as Mosquitto's.
    public static final Set<PosixFilePermission> DEFAULT_PERMISSIONS =
            Set.copyOf(PosixFilePermissions.fromString("rwxrwx---"));

    /// Where it listens.
    public sealed interface Address {
        /// A port of TCP.
        ///
        /// @param host a name or an address, null for all addresses
        /// @param port 0 lets the system choose
        /// @param networkInterface whose addresses are taken, null for any
        /// @param family which of them are taken
        record Tcp(
                @Nullable String host, int port, @Nullable String networkInterface, Family family)
                implements Address {
            public Tcp {
                requirePort(port);
            }
        }

        /// A port of the loopback addresses, 127.0.0.1 and, if the machine has it, ::1.
        ///
        /// @param port 0 lets the system choose
        record Loopback(int port) implements Address {
            public Loopback {
                requirePort(port);
            }
        }

        /// A Unix domain socket. A socket file that nobody listens to any more is replaced.
        ///
        /// @param permissions who may connect must be able to write
        record Unix(Path path, Set<PosixFilePermission> permissions) implements Address {
            public Unix {
                permissions = Set.copyOf(permissions);
            }
        }

        private static void requirePort(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("A port is 0 to 65535, not " + port);
            }
        }
    }

    /// Which addresses of a name or an interface are taken.
    public enum Family {
        ANY,
        IPV4,
        IPV6
    }

    /// @throws IllegalArgumentException if the maximum is out of range, or both kinds of TLS are
    ///     asked for
    public Listener {
        if (tls != null && psk != null) {
            throw new IllegalArgumentException(
                    "A listener has either a certificate or pre-shared keys");
        }
        if (maximumConnections < 1) {
            throw new IllegalArgumentException(
                    "A listener takes 1 connection or more, not " + maximumConnections);
        }
    }

    /// A port of all addresses.
    public static Listener tcp(int port) {
        return at(new Address.Tcp(null, port, null, Family.ANY));
    }

    /// A port of the loopback addresses.
    public static Listener loopback(int port) {
        return at(new Address.Loopback(port));
    }

    /// A Unix domain socket for the owner and the group.
    public static Listener unix(Path path) {
        return at(new Address.Unix(path, DEFAULT_PERMISSIONS));
    }

    /// Plain MQTT.
    public static Listener at(Address address) {
        return new Listener(
                address, null, null, null, null, Integer.MAX_VALUE, null, Terms.DEFAULT, null, "");
    }

    /// The same, but for what the change sets.
    public Listener with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// True if a connection is plain MQTT from its first byte.
    boolean isPlain() {
        return proxy == null && tls == null && psk == null && webSocket == null && tap == null;
    }

    /// A listener that [#with] changes; each method sets what [Listener] has under its name.
    public static final class Builder {
        private Address address;
        private @Nullable ProxyOptions proxy;
        private @Nullable TlsOptions tls;
        private @Nullable PskOptions psk;
        private @Nullable WebSocketOptions webSocket;
        private int maximumConnections;
        private @Nullable AccessControl access;
        private Terms terms;
        private @Nullable Supplier<ChannelHandler> tap;
        private String origin;

        private Builder(Listener from) {
            address = from.address;
            proxy = from.proxy;
            tls = from.tls;
            psk = from.psk;
            webSocket = from.webSocket;
            maximumConnections = from.maximumConnections;
            access = from.access;
            terms = from.terms;
            tap = from.tap;
            origin = from.origin;
        }

        public Builder address(Address value) {
            address = value;
            return this;
        }

        public Builder proxy(@Nullable ProxyOptions value) {
            proxy = value;
            return this;
        }

        public Builder tls(@Nullable TlsOptions value) {
            tls = value;
            return this;
        }

        public Builder psk(@Nullable PskOptions value) {
            psk = value;
            return this;
        }

        public Builder webSocket(@Nullable WebSocketOptions value) {
            webSocket = value;
            return this;
        }

        public Builder maximumConnections(int value) {
            maximumConnections = value;
            return this;
        }

        public Builder access(@Nullable AccessControl value) {
            access = value;
            return this;
        }

        public Builder terms(Terms value) {
            terms = value;
            return this;
        }

        public Builder tap(@Nullable Supplier<ChannelHandler> value) {
            tap = value;
            return this;
        }

        public Builder origin(String value) {
            origin = value;
            return this;
        }

        private Listener build() {
            return new Listener(
                    address,
                    proxy,
                    tls,
                    psk,
                    webSocket,
                    maximumConnections,
                    access,
                    terms,
                    tap,
                    origin);
        }
    }
}
