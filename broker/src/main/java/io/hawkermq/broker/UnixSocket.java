package io.hawkermq.broker;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/// The file of a Unix domain socket: made room for, given its permissions, and deleted at the end.
final class UnixSocket {
    /// What the system's address of a socket has room for, in bytes.
    private static final int LONGEST_PATH = 107;

    private final Listener.Address.Unix unix;

    UnixSocket(Listener.Address.Unix unix) {
        this.unix = unix;
    }

    private Path path() {
        return unix.path();
    }

    SocketAddress address() {
        return Epoll.isAvailable()
                ? new DomainSocketAddress(path().toString())
                : UnixDomainSocketAddress.of(path());
    }

    StartException failed(String why) {
        return new StartException("cannot listen on the Unix socket " + path() + ": " + why + ".");
    }

    /// Deletes a socket file that a broker has left behind that was killed.
    ///
    /// @throws StartException if something else is there, or somebody listens
    void prepare() throws StartException {
        int length = path().toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > LONGEST_PATH) {
            throw failed("its path has " + length + " bytes, " + LONGEST_PATH + " are allowed");
        }
        Path directory = path().toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw failed("its directory does not exist");
        }
        if (!Files.exists(path(), LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            if (!Files.readAttributes(path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                    .isOther()) {
                throw failed(
                        "something is there that is no socket; remove it or choose another path");
            }
            if (isListenedTo()) {
                throw failed("another process listens there. Is another broker running?");
            }
            Files.delete(path());
        } catch (IOException e) {
            throw failed(
                    "what is left of an earlier one cannot be removed: " + Listening.reason(e));
        }
    }

    private boolean isListenedTo() {
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Lets in whom the listener means; until then the process's umask keeps others out.
    void permit() throws StartException {
        try {
            if (Files.getFileStore(path()).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(path(), unix.permissions());
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw failed("its permissions cannot be set: " + Listening.reason(e));
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(path());
        } catch (IOException e) {
            // The next start removes it.
        }
    }
}
