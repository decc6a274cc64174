package io.hawkermq.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Keeps a second broker off a directory. The system gives the lock back when the process ends,
/// however it ends.
final class DirectoryLock implements AutoCloseable {
    private static final String NAME = "lock";

    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /// Makes the directory if need be, and takes it.
    ///
    /// @throws StoreException if it cannot be written or another process has it
    static DirectoryLock take(Path directory) throws StoreException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new StoreException(
                    "The directory "
                            + directory
                            + " of the store cannot be created ("
                            + reason(e)
                            + "). Create it, or give the user of this process the right to, or set"
                            + " another persistence_location.",
                    e);
        }
        FileChannel channel = null;
        try {
            channel =
                    FileChannel.open(
                            directory.resolve(NAME),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw new StoreException(
                        "The directory "
                                + directory
                                + " of the store is in use by another broker. Stop that one, or set"
                                + " another persistence_location.");
            }
            writeProcessId(channel);
            return new DirectoryLock(channel, lock);
        } catch (IOException e) {
            if (channel != null) {
                closeQuietly(channel);
            }
            throw new StoreException(
                    "The directory "
                            + directory
                            + " of the store cannot be written ("
                            + reason(e)
                            + "). Give the user of this process the right to, make room, or set"
                            + " another persistence_location.",
                    e);
        }
    }

    /// For people who ask whose it is.
    private static void writeProcessId(FileChannel channel) {
        try {
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(
                            (ProcessHandle.current().pid() + "\n")
                                    .getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            // The disk is full; the lock holds without it.
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    /// The exception's text without the path, which stands in the sentence already.
    static String reason(IOException e) {
        return e.getClass()
                        .getSimpleName()
                        .replace("Exception", "")
                        .replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                + (e.getMessage() == null ? "" : ": " + e.getMessage());
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The reason for giving up is told; this adds nothing.
        }
    }

    @Override
    public void close() {
        try {
            lock.release();
        } catch (IOException e) {
            // Closing gives it back too.
        }
        closeQuietly(channel);
    }
}
