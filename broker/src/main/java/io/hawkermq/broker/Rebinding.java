package io.hawkermq.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One listener of TCP that gets other addresses of its port while its connections go on. A socket
/// whose address stays is not touched. The new sockets are open before the old ones close, so that
/// a client always finds one; only where the system does not allow both at once, as with all
/// addresses and one of them, the old ones close first, and for a moment nobody listens.
///
/// By the thread that reloads.
final class Rebinding {
    /// Opens a socket that accepts for the listener.
    interface Binder {
        /// @throws StartException with the reason if the system refuses
        ListeningSocket bind(InetSocketAddress address) throws StartException;
    }

    private final OpenListener listener;
    private final Binder binder;
    private final Consumer<String> notices;
    private final List<InetSocketAddress> before;

    /// @param notices take a sentence for people
    Rebinding(OpenListener listener, Binder binder, Consumer<String> notices) {
        this.listener = listener;
        this.binder = binder;
        this.notices = notices;
        before = addresses(listener.sockets());
    }

    private static List<InetSocketAddress> addresses(List<ListeningSocket> sockets) {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (ListeningSocket socket : sockets) {
            if (socket.address() instanceof InetSocketAddress address) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    /// @param wanted 1 or more
    /// @throws StartException if one of them cannot be had; the listener is where it was then
    void rebind(List<InetAddress> wanted) throws StartException {
        int port = before.getFirst().getPort();
        to(wanted.stream().map(a -> new InetSocketAddress(a, port)).toList());
    }

    /// Has the listener where it was.
    void undo() {
        try {
            to(before);
        } catch (StartException e) {
            notices.accept(listener.name() + " is not open any more: " + e.getMessage());
        }
    }

    private void to(List<InetSocketAddress> wanted) throws StartException {
        List<ListeningSocket> old = new ArrayList<>();
        List<SocketAddress> missing = new ArrayList<>(wanted);
        for (ListeningSocket socket : listener.sockets()) {
            if (!missing.remove(socket.address())) {
                old.add(socket);
            }
        }
        List<InetSocketAddress> oldAddresses = addresses(old);
        List<ListeningSocket> opened = new ArrayList<>();
        try {
            for (InetSocketAddress address : wanted) {
                if (missing.contains(address)) {
                    opened.add(open(address, old));
                }
            }
        } catch (StartException e) {
            close(opened);
            if (!oldAddresses.isEmpty() && !listener.sockets().containsAll(old)) {
                for (InetSocketAddress address : oldAddresses) {
                    listener.sockets().add(binder.bind(address));
                }
            }
            throw e;
        }
        close(old);
        for (ListeningSocket socket : opened) {
            notices.accept(listener.name() + " listens on " + text(socket) + " now.");
        }
    }

    private ListeningSocket open(InetSocketAddress address, List<ListeningSocket> old)
            throws StartException {
        ListeningSocket socket;
        try {
            socket = binder.bind(address);
        } catch (StartException e) {
            if (!listener.sockets().containsAll(old) || !isInTheWay(old, address)) {
                throw e;
            }
            close(old);
            socket = binder.bind(address);
        }
        listener.sockets().add(socket);
        return socket;
    }

    /// A socket of all addresses excludes others of its port.
    private static boolean isInTheWay(List<ListeningSocket> old, InetSocketAddress wanted) {
        return !old.isEmpty()
                && (wanted.getAddress().isAnyLocalAddress()
                        || addresses(old).stream()
                                .anyMatch(a -> a.getAddress().isAnyLocalAddress()));
    }

    private void close(List<ListeningSocket> sockets) {
        sockets.forEach(ListeningSocket::stop);
        listener.sockets().removeAll(sockets);
    }

    private static String text(ListeningSocket socket) {
        return socket.address() instanceof InetSocketAddress address
                ? String.valueOf(address.getAddress().getHostAddress())
                : String.valueOf(socket.address());
    }
}
