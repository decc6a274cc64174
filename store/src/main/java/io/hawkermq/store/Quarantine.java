package io.hawkermq.store;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where damaged files and records are kept: a directory `quarantine-<time>` beside the database,
/// made when the first of them is found. Nothing in it is ever read again by the broker.
final class Quarantine {
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'quarantine-'yyyyMMdd-HHmmss-SSS")
                    .withZone(ZoneOffset.UTC);

    private final Path directory;
    private @Nullable Path made;
    private final AtomicLong count = new AtomicLong();

    Quarantine(Path directory) {
        this.directory = directory;
    }

    /// Null as long as nothing was put into it.
    @Nullable Path made() {
        return made;
    }

    /// Records and whole databases that were put into it so far; by any thread.
    long count() {
        return count.get();
    }

    private Path make() throws IOException {
        Path path = made;
        if (path == null) {
            path = Files.createDirectories(directory.resolve(NAME.format(Instant.now())));
            made = path;
        }
        return path;
    }

    /// Copies a database as it is. Its tables, which are never changed, are linked and take no room.
    ///
    /// @throws IOException if it cannot be copied as a whole; nothing is left of the copy then
    Path copy(Path database) throws IOException {
        Path target = Files.createDirectories(make().resolve(database.getFileName()));
        try (Stream<Path> files = Files.list(database)) {
            for (Path file : files.sorted().toList()) {
                Path to = target.resolve(file.getFileName());
                if (!file.toString().endsWith(".sst") || !link(file, to)) {
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            drop(target, e);
            throw e;
        }
        count.incrementAndGet();
        return target;
    }

    /// Gives the room of a copy back that nobody needs, because what it is a copy of is still there.
    ///
    /// @param why it is not needed, told if it cannot be deleted
    void drop(Path copy, Exception why) {
        try {
            delete(copy);
            Files.delete(make());
        } catch (DirectoryNotEmptyException e) {
            // Something else is kept there.
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    private static boolean link(Path file, Path to) {
        try {
            Files.createLink(to, file);
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /// Moves a database aside.
    void move(Path database) throws IOException {
        Path target = make().resolve(database.getFileName());
        delete(target);
        Files.move(database, target, StandardCopyOption.ATOMIC_MOVE);
        count.incrementAndGet();
    }

    /// Keeps records that could not be read, a JSON line each.
    void keep(List<Loader.BadRecord> records) throws IOException {
        if (records.isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        HexFormat hex = HexFormat.of();
        for (Loader.BadRecord r : records) {
            lines.add(
                    "{\"key\":\""
                            + hex.formatHex(r.key())
                            + "\",\"value\":\""
                            + hex.formatHex(r.value())
                            + "\",\"reason\":"
                            + Json.text(r.reason())
                            + "}");
        }
        Files.write(
                make().resolve("records.jsonl"),
                lines,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        count.addAndGet(records.size());
    }

    static void delete(Path directory) throws IOException {
        Directories.delete(directory);
    }
}
