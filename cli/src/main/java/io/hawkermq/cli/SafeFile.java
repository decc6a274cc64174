package io.hawkermq.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Replaces files that brokers read: a reader sees the old content or the new, and so does the disk
/// after a crash.
final class SafeFile {
    private SafeFile() {}

    /// Owner, group and permissions stay as they are; a new file is its owner's alone. Where the
    /// owner cannot be kept, or the folder takes no second file, the file is written in place.
    static void replace(Path file, byte[] content) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            // A device or a pipe is not replaced.
            write(file, content);
            return;
        }
        PosixFileAttributes before = attributes(file);
        Path folder = file.toAbsolutePath().getParent();
        Path second = null;
        try {
            Set<PosixFilePermission> own = PosixFilePermissions.fromString("rw-------");
            FileAttribute<?>[] attributes =
                    Files.getFileAttributeView(
                                            folder == null ? file : folder,
                                            PosixFileAttributeView.class)
                                    == null
                            ? new FileAttribute<?>[0]
                            : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(own)};
            second =
                    folder == null
                            ? Files.createTempFile("." + file.getFileName(), ".new", attributes)
                            : Files.createTempFile(
                                    folder, "." + file.getFileName(), ".new", attributes);
            keep(second, before);
            write(second, content);
            Files.move(
                    second,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            sync(folder);
        } catch (IOException e) {
            if (second != null) {
                Files.deleteIfExists(second);
            }
            if (before == null) {
                throw e;
            }
            write(file, content);
        }
    }

    private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
        try {
            PosixFileAttributeView view =
                    Files.getFileAttributeView(
                            file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
            return view == null ? null : view.readAttributes();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private static void keep(Path file, @Nullable PosixFileAttributes before) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (before == null || view == null) {
            return;
        }
        PosixFileAttributes now = view.readAttributes();
        if (!now.owner().equals(before.owner())) {
            view.setOwner(before.owner());
        }
        if (!now.group().equals(before.group())) {
            view.setGroup(before.group());
        }
        view.setPermissions(before.permissions());
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            if (Files.isRegularFile(file)) {
                channel.force(true);
            }
        }
    }

    private static void sync(@Nullable Path folder) {
        if (folder == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Some file systems cannot; the file itself is synced.
            return;
        }
    }
}
