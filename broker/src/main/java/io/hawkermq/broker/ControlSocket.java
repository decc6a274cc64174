package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Reader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;

/// The Unix socket through which `hawker reload` speaks to a running broker: a signal carries no
/// answer, and the HTTP API is for reading.
///
/// One line is asked, `reload` or `preview`; the answer is `0` for done or `3` for refused on the
/// first line, what has changed or what is wrong on the others, and the end of the stream. Only the
/// broker's own user and root are answered. One request at a time; a peer that sends nothing is
/// let go after [#ASK_MILLIS], and of a longer line no more than [#LONGEST_QUESTION] characters are read.
///
/// Owns the socket, its file and a virtual thread until it is closed.
final class ControlSocket implements AutoCloseable {
    static final String RELOAD = "reload";
    static final String PREVIEW = "preview";
    static final String DONE = "0";
    static final String REFUSED = "3";

    private static final int LONGEST_QUESTION = 64;
    private static final long ASK_MILLIS = 2_000;

    /// How long nobody is accepted after accepting has failed.
    private static final long PAUSE_MILLIS = 1_000;

    private final Path place;
    private final UnixSocket file;
    private final ServerSocketChannel server;
    private final Reloading reloading;
    private final EventLog log;

    private ControlSocket(
            Path place,
            UnixSocket file,
            ServerSocketChannel server,
            Reloading reloading,
            EventLog log) {
        this.place = place;
        this.file = file;
        this.server = server;
        this.reloading = reloading;
        this.log = log;
    }

    /// Where it is: `hawker_control_socket`, or beside the pid file; empty for nowhere.
    static Optional<Path> place(Configuration configuration) {
        return configuration
                .value(HawkerOptions.CONTROL_SOCKET)
                .or(() ->
                        configuration
                                .value(GlobalOptions.PID_FILE)
                                .map(p -> p.resolveSibling(p.getFileName() + ".control")));
    }

    /// @throws StartException if it cannot be made
    static ControlSocket open(Path place, Reloading reloading, EventLog log) throws StartException {
        UnixSocket file =
                new UnixSocket(
                        new Listener.Address.Unix(
                                place, PosixFilePermissions.fromString("rw-------")));
        file.prepare();
        try {
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(place));
            file.permit();
            ControlSocket socket = new ControlSocket(place, file, server, reloading, log);
            Thread.ofVirtual().name("hawker-control").start(socket::run);
            return socket;
        } catch (IOException e) {
            throw file.failed(Listening.reason(e));
        }
    }

    private void run() {
        try {
            while (server.isOpen()) {
                try {
                    serve(server.accept());
                } catch (ClosedChannelException e) {
                    // by close()
                } catch (IOException e) {
                    warn(e);
                    // Without file descriptors the next try would fail at once, too.
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // nobody does that; nobody is served any more
        }
    }

    private void serve(SocketChannel accepted) {
        try (SocketChannel peer = accepted) {
            if (isAllowed(peer)) {
                // A peer that holds its tongue must not hold up others.
                Thread guard = Thread.ofVirtual().start(() -> closeLater(peer));
                answer(peer, guard);
            }
        } catch (ClosedChannelException e) {
            // by the guard, or by close()
        } catch (IOException e) {
            warn(e);
        } catch (RuntimeException e) {
            log.log(LogLevel.ERROR, "Internal error at the control socket: " + Stacks.of(e));
        }
    }

    private void warn(IOException e) {
        log.log(LogLevel.WARNING, "Control socket: " + e.getMessage());
    }

    /// The broker's own user is whose file the socket is, and need not be who started it.
    private boolean isAllowed(SocketChannel peer) throws IOException {
        String user = peer.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        return user.equals("root") || user.equals(Files.getOwner(place).getName());
    }

    private static void closeLater(SocketChannel peer) {
        try {
            Thread.sleep(ASK_MILLIS);
            peer.close();
        } catch (InterruptedException | IOException e) {
            // it has asked, or is gone
        }
    }

    /// The line, or as much of it as a question can have.
    private static String question(SocketChannel peer) throws IOException {
        Reader in = Channels.newReader(peer, StandardCharsets.UTF_8.newDecoder(), LONGEST_QUESTION);
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (line.length() == LONGEST_QUESTION) {
                break;
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void answer(SocketChannel peer, Thread guard) throws IOException {
        String question = question(peer);
        guard.interrupt();
        Reloading.Outcome outcome =
                switch (question) {
                    case RELOAD -> reloading.reload();
                    case PREVIEW -> reloading.preview();
                    default ->
                            Reloading.Outcome.failed(
                                    List.of("'" + question + "' cannot be asked."));
                };
        try (BufferedWriter out =
                new BufferedWriter(Channels.newWriter(peer, StandardCharsets.UTF_8))) {
            out.write(outcome.isDone() ? DONE : REFUSED);
            for (String line : outcome.lines()) {
                out.write("\n" + line);
            }
        }
    }

    /// Asks a running broker.
    ///
    /// @return the lines of its answer
    /// @throws IOException if none answers
    static List<String> ask(Path place, String question) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(place))) {
            BufferedWriter out =
                    new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
            out.write(question + "\n");
            out.flush();
            BufferedReader in =
                    new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            List<String> lines = new ArrayList<>(in.lines().toList());
            if (lines.isEmpty()) {
                throw new IOException("it closed without an answer: are you another user?");
            }
            return lines;
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // the process ends
        }
        file.delete();
    }
}
