package io.hawkermq.broker;

import io.hawkermq.broker.transport.TransportException;
import io.hawkermq.core.LogLevel;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The listeners of a broker: opens their sockets, and says in a sentence why one cannot be opened
/// and what to do. All connections are accepted on the first loop, and go from there to the loops
/// that own their sessions. A reload may open further ones, close some and move some to other
/// addresses of their port ([Rebinding]), by any thread.
final class Listening implements AutoCloseable {
    private final Broker broker;
    private final Loop loop;
    private final ByteBufAllocator allocator;
    private final List<OpenListener> listeners = new ArrayList<>();
    private final Map<OpenListener, UnixSocket> unixSockets = new HashMap<>();
    private final Map<OpenListener, Integer> pausedPorts = new HashMap<>();

    /// An address to bind, and whether the machine may lack it.
    private record Binding(InetAddress address, boolean isOptional) {}

    Listening(Broker broker, Loop loop, ByteBufAllocator allocator) {
        this.broker = broker;
        this.loop = loop;
        this.allocator = allocator;
    }

    /// Opens all.
    ///
    /// @throws StartException if one cannot be opened; none is open then
    synchronized void open() throws StartException {
        // All files are read before the first port is open.
        for (Listener listener : broker.options().listeners()) {
            listeners.add(new OpenListener(broker, listener));
        }
        try {
            for (OpenListener listener : listeners) {
                open(listener, (Integer) null);
            }
        } catch (StartException | RuntimeException e) {
            // Before anything else: without file descriptors not even classes can be loaded.
            close();
            throw e;
        }
    }

    /// The port of the first socket of a listener of TCP, by its place among all listeners.
    ///
    /// @throws IllegalArgumentException if it is a Unix socket
    synchronized int port(int listener) {
        ListeningSocket socket = listeners.get(listener).sockets().getFirst();
        if (socket.address() instanceof InetSocketAddress address) {
            return address.getPort();
        }
        throw new IllegalArgumentException("Listener " + listener + " has no port");
    }

    /// All as connections meet them now, in their order.
    synchronized List<Listener> inForce() {
        return listeners.stream().map(OpenListener::listener).toList();
    }

    /// What listeners get instead of what they have.
    ///
    /// @param setups for those that are open and are asked for again
    /// @param removed those that are not asked for any more
    /// @param added not open yet
    /// @param all how they stand afterwards, in their order
    record Change(
            Map<OpenListener, OpenListener.Setup> setups,
            List<OpenListener> removed,
            List<OpenListener> added,
            List<OpenListener> all) {}

    /// Reads what other listeners need. One is the same if it is at the same place: its port and
    /// host, or its path.
    ///
    /// @throws StartException if a file cannot be used, or a listener that is open is to have
    ///     addresses that this machine lacks; nothing has changed then
    synchronized Change prepare(List<Listener> replacements) throws StartException {
        IdentityHashMap<Listener, OpenListener> kept = kept(replacements);
        Map<OpenListener, OpenListener.Setup> setups = new LinkedHashMap<>();
        List<OpenListener> added = new ArrayList<>();
        List<OpenListener> all = new ArrayList<>();
        for (Listener replacement : replacements) {
            OpenListener open = kept.get(replacement);
            if (open == null) {
                open = new OpenListener(broker, replacement);
                added.add(open);
            } else {
                setups.put(open, open.prepare(replacement));
                requireAddresses(open.listener(), replacement);
            }
            all.add(open);
        }
        List<OpenListener> removed = new ArrayList<>(listeners);
        removed.removeAll(all);
        return new Change(setups, removed, added, all);
    }

    /// Which of those that are open go on as which, each as one: at best where nothing moves.
    private IdentityHashMap<Listener, OpenListener> kept(List<Listener> replacements) {
        IdentityHashMap<Listener, OpenListener> kept = new IdentityHashMap<>();
        for (Function<Listener, Object> sameness :
                List.<Function<Listener, Object>>of(Listener::address, Listening::place)) {
            for (Listener replacement : replacements) {
                if (!kept.containsKey(replacement)) {
                    listeners.stream()
                            .filter(o -> !kept.containsValue(o))
                            .filter(o ->
                                    sameness.apply(o.listener())
                                            .equals(sameness.apply(replacement)))
                            .findFirst()
                            .ifPresent(o -> kept.put(replacement, o));
                }
            }
        }
        return kept;
    }

    private static void requireAddresses(Listener old, Listener replacement) throws StartException {
        if (!old.address().equals(replacement.address())
                && replacement.address() instanceof Listener.Address.Tcp tcp) {
            try {
                bindings(tcp);
            } catch (StartException e) {
                throw atPlace(e, replacement);
            }
        }
    }

    private static Object place(Listener listener) {
        return switch (listener.address()) {
            case Listener.Address.Tcp tcp -> tcp.host() + " " + tcp.port();
            case Listener.Address.Loopback loopback -> loopback;
            case Listener.Address.Unix unix -> unix.path();
        };
    }

    /// Closes the sockets of listeners that go anyway, for somebody else who wants these ports.
    /// What follows is [#apply] or [#restore].
    synchronized void makeRoom(Change change, Set<Integer> ports) {
        for (OpenListener old : change.removed()) {
            if (ports.contains(portOf(old.listener()))) {
                close(old);
            }
        }
    }

    /// Opens again what was closed to make room.
    ///
    /// @throws StartException if one cannot be opened; the others are open then
    synchronized void restore(Change change) throws StartException {
        reopen(change.removed());
    }

    private void reopen(List<OpenListener> closed) throws StartException {
        Attempts attempts = new Attempts();
        for (OpenListener listener : closed) {
            if (listener.sockets().isEmpty()) {
                attempts.make(() -> open(listener, pausedPorts.get(listener)));
            }
        }
        attempts.end();
    }

    /// Moves, opens and closes listeners; at those that stay connections from now on get what was
    /// prepared. Connections stay, whatever becomes of their listener.
    ///
    /// @throws StartException if one cannot be opened; all is as it was then after [#restore]
    synchronized void apply(Change change) throws StartException {
        Deque<Rebinding> moved = new ArrayDeque<>();
        try {
            for (var entry : change.setups().entrySet()) {
                move(entry.getKey(), entry.getValue().listener(), change, moved);
            }
            for (OpenListener listener : change.added()) {
                makeRoom(change, listener.listener());
                open(listener, (Integer) null);
            }
        } catch (StartException | RuntimeException e) {
            change.added().forEach(this::close);
            moved.forEach(Rebinding::undo);
            throw e;
        }
        for (OpenListener old : change.removed()) {
            close(old);
            notice("Closed the listener at " + old.name() + ".");
        }
        listeners.clear();
        listeners.addAll(change.all());
        change.setups()
                .forEach((open, setup) -> {
                    if (open.apply(setup)) {
                        notice("TLS of " + open.name() + " has changed for new connections.");
                    }
                });
    }

    /// To other addresses of the same port, if it is to have such.
    private void move(
            OpenListener open, Listener replacement, Change change, Deque<Rebinding> moved)
            throws StartException {
        if (open.sockets().isEmpty()
                || open.listener().address().equals(replacement.address())
                || !(replacement.address() instanceof Listener.Address.Tcp tcp)) {
            return;
        }
        makeRoom(change, replacement);
        Rebinding rebinding = new Rebinding(open, address -> bound(open, address), this::notice);
        moved.push(rebinding);
        try {
            rebinding.rebind(bindings(tcp).stream().map(Binding::address).toList());
        } catch (StartException e) {
            throw atPlace(e, replacement);
        }
    }

    private ListeningSocket bound(OpenListener open, InetSocketAddress address)
            throws StartException {
        InetAddress inet = Objects.requireNonNull(address.getAddress());
        try {
            return bind(open, address);
        } catch (IOException e) {
            throw new StartException(failure(inet, address.getPort(), reason(e)));
        }
    }

    private void makeRoom(Change change, Listener replacement) {
        int port = portOf(replacement);
        if (port != 0) {
            makeRoom(change, Set.of(port));
        }
    }

    private static int portOf(Listener listener) {
        return switch (listener.address()) {
            case Listener.Address.Tcp tcp -> tcp.port();
            case Listener.Address.Loopback loopback -> loopback.port();
            case Listener.Address.Unix _ -> 0;
        };
    }

    private void close(OpenListener listener) {
        listener.sockets().forEach(ListeningSocket::stop);
        listener.sockets().clear();
        UnixSocket unix = unixSockets.remove(listener);
        if (unix != null) {
            unix.delete();
        }
    }

    /// Reads certificates, keys, authorities and revocation lists again, for connections from now
    /// on.
    ///
    /// @return a sentence for each listener whose files cannot be used and which goes on with what
    ///     was read before
    synchronized List<String> reloadCertificates() {
        List<String> failures = new ArrayList<>();
        for (OpenListener listener : listeners) {
            try {
                listener.reloadCertificates();
            } catch (TransportException e) {
                failures.add(
                        listener.name()
                                + " keeps its certificate and settings of TLS: "
                                + e.getMessage()
                                + ".");
            }
        }
        return failures;
    }

    @Override
    public synchronized void close() {
        listeners.forEach(this::close);
    }

    /// Closes the sockets and notes where they were.
    synchronized void pause() {
        for (int i = 0; i < listeners.size(); i++) {
            OpenListener listener = listeners.get(i);
            if (!listener.sockets().isEmpty() && isTcp(listener)) {
                pausedPorts.put(listener, port(i));
            }
            close(listener);
        }
    }

    private static boolean isTcp(OpenListener listener) {
        return !(listener.listener().address() instanceof Listener.Address.Unix);
    }

    /// Opens them again.
    ///
    /// @throws StartException if one cannot be opened; the others are open then
    synchronized void resume() throws StartException {
        reopen(listeners);
    }

    /// @param port that it had before, null if it is to have the one that it asks for
    private void open(OpenListener listener, @Nullable Integer port) throws StartException {
        try {
            switch (listener.listener().address()) {
                case Listener.Address.Tcp tcp ->
                        open(listener, port == null ? tcp.port() : port, bindings(tcp));
                case Listener.Address.Loopback loopback ->
                        open(listener, port == null ? loopback.port() : port, loopbackBindings());
                case Listener.Address.Unix unix -> open(listener, unix);
            }
        } catch (StartException e) {
            throw atPlace(e, listener.listener());
        }
    }

    private static StartException atPlace(StartException e, Listener listener) {
        return new StartException(e.getMessage() + OpenListener.place(listener), e.exitStatus());
    }

    // ---- Unix sockets ----

    private void open(OpenListener listener, Listener.Address.Unix unix) throws StartException {
        UnixSocket socket = new UnixSocket(unix);
        socket.prepare();
        try {
            listener.sockets().add(bind(listener, socket.address()));
        } catch (IOException e) {
            throw socket.failed(reason(e));
        }
        unixSockets.put(listener, socket);
        socket.permit();
        notice("Opening unix listen socket on path " + unix.path() + ".");
    }

    // ---- TCP ----

    private void open(OpenListener listener, int wanted, List<Binding> bindings)
            throws StartException {
        int port = wanted;
        String failure = "";
        for (Binding binding : bindings) {
            boolean isIpv6 = binding.address() instanceof Inet6Address;
            try {
                InetSocketAddress address = new InetSocketAddress(binding.address(), port);
                ListeningSocket socket = bind(listener, address);
                listener.sockets().add(socket);
                // With port 0 the others take the port that the system chose for the first.
                port = ((InetSocketAddress) socket.address()).getPort();
            } catch (IOException e) {
                failure = failure(binding.address(), port, reason(e));
                if (!binding.isOptional()) {
                    throw new StartException(failure);
                }
                continue;
            }
            String family = isIpv6 ? "ipv6" : "ipv4";
            if (isIpv6 && isEverything(listener.listener())) {
                notice("Opening ipv4 listen socket on port " + port + ".");
            }
            notice("Opening " + family + " listen socket on port " + port + ".");
        }
        if (listener.sockets().isEmpty()) {
            throw new StartException(failure);
        }
    }

    /// A socket that accepts for the listener.
    ///
    /// @throws IOException with the system's reason if it cannot be had
    private ListeningSocket bind(OpenListener listener, SocketAddress address) throws IOException {
        return ListeningSocket.open(address, new Acceptor(loop, allocator, listener));
    }

    private void notice(String text) {
        broker.options().log().log(LogLevel.NOTICE, text);
    }

    private static boolean isEverything(Listener listener) {
        return listener.address() instanceof Listener.Address.Tcp tcp
                && tcp.host() == null
                && tcp.networkInterface() == null
                && tcp.family() == Listener.Family.ANY;
    }

    private static List<Binding> loopbackBindings() {
        return List.of(
                new Binding(address(127, 0, 0, 1), false),
                new Binding(address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1), true));
    }

    private static List<Binding> bindings(Listener.Address.Tcp tcp) throws StartException {
        if (tcp.host() == null && tcp.networkInterface() == null) {
            return allAddresses(tcp.family());
        }
        String where = tcp.host() == null ? "" : "'" + tcp.host() + "' ";
        List<InetAddress> addresses =
                tcp.host() == null ? List.of() : resolved(tcp.host(), tcp.port());
        if (tcp.networkInterface() != null) {
            List<InetAddress> ofInterface = addresses(tcp.networkInterface());
            where += "interface '" + tcp.networkInterface() + "' ";
            addresses =
                    tcp.host() == null
                            ? ofInterface
                            : addresses.stream().filter(ofInterface::contains).toList();
        }
        List<InetAddress> taken =
                addresses.stream().filter(a -> belongs(a, tcp.family())).distinct().toList();
        if (taken.isEmpty()) {
            throw new StartException(
                    "cannot listen on "
                            + where
                            + "port "
                            + tcp.port()
                            + ": it has no "
                            + (tcp.family() == Listener.Family.ANY ? "" : tcp.family() + " ")
                            + "address. Check the listener's address, bind_interface and"
                            + " socket_domain.");
        }
        return taken.stream().map(a -> new Binding(a, false)).toList();
    }

    /// One IPv6 socket takes IPv4 as well, where there is IPv6.
    private static List<Binding> allAddresses(Listener.Family family) {
        InetAddress all4 = address(0, 0, 0, 0);
        InetAddress all6 = address(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        return switch (family) {
            case IPV4 -> List.of(new Binding(all4, false));
            case IPV6 -> List.of(new Binding(all6, false));
            case ANY -> List.of(new Binding(hasIpv6() ? all6 : all4, false));
        };
    }

    private static boolean hasIpv6() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(a -> a instanceof Inet6Address);
        } catch (SocketException e) {
            return false;
        }
    }

    private static boolean belongs(InetAddress address, Listener.Family family) {
        return switch (family) {
            case ANY -> true;
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> address instanceof Inet6Address;
        };
    }

    private static List<InetAddress> resolved(String host, int port) throws StartException {
        try {
            return Arrays.asList(InetAddress.getAllByName(host));
        } catch (UnknownHostException e) {
            throw new StartException(
                    "cannot listen on '"
                            + host
                            + "' port "
                            + port
                            + ": the name is unknown. Give an address of this machine.");
        }
    }

    private static List<InetAddress> addresses(String networkInterface) throws StartException {
        try {
            NetworkInterface found = NetworkInterface.getByName(networkInterface);
            if (found != null) {
                return found.inetAddresses().toList();
            }
            String names =
                    String.join(
                            ", ",
                            NetworkInterface.networkInterfaces()
                                    .map(NetworkInterface::getName)
                                    .toList());
            throw new StartException(
                    "there is no network interface '" + networkInterface + "'; there are " + names);
        } catch (SocketException e) {
            throw new StartException("the network interfaces cannot be listed: " + reason(e));
        }
    }

    private static InetAddress address(int... bytes) {
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = (byte) bytes[i];
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of the right length", e);
        }
    }

    // ---- messages ----

    static String reason(@Nullable Throwable cause) {
        String text = cause == null ? null : cause.getMessage();
        return text == null ? String.valueOf(cause) : text;
    }

    static String failure(InetAddress address, int port, String reason) {
        String advice;
        if (reason.contains("in use")) {
            advice = "the port is in use. Is another broker running? Choose another port with -p.";
        } else if (reason.contains("ermission denied") && port < 1_024) {
            advice =
                    "ports below 1024 need a privilege. Choose another port, or give the process the"
                            + " capability CAP_NET_BIND_SERVICE (systemd:"
                            + " AmbientCapabilities=CAP_NET_BIND_SERVICE).";
        } else if (reason.contains("annot assign")) {
            advice = "this machine does not have that address.";
        } else if (reason.contains("oo many open files")) {
            advice =
                    "no file descriptor is free. Raise the limit of the process (ulimit -n, systemd:"
                            + " LimitNOFILE).";
        } else {
            advice = reason + ".";
        }
        return "cannot listen on " + address.getHostAddress() + " port " + port + ": " + advice;
    }
}
