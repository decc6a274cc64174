package io.hawkermq.broker;

import io.hawkermq.store.Directories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// The file that `persistence_file` names. Mosquitto keeps everything in it, Hawker in a directory
/// beside it; but scripts wait for the file, and remove it to begin anew. So there is one that stands
/// for the directory: it is made with the store, and a store whose file was removed is put aside at
/// the next start. A file that is there already is never changed.
///
/// Only for a name that a configuration chose: under the name that is the default there may be a
/// database of Mosquitto's that has been taken over and removed.
final class PersistenceFile {
    private static final String BEGINNING = "This file stands for the store of Hawker";

    private PersistenceFile() {}

    /// Puts a store aside whose file is gone; before the store is opened.
    static void beforeOpening(Persistence p, Consumer<String> notice) throws StartException {
        if (p.isDefault() || Files.exists(p.file()) || !Files.exists(p.directory())) {
            return;
        }
        Path aside = p.directory().resolveSibling(p.directory().getFileName() + ".removed");
        try {
            Directories.delete(aside);
            Files.move(p.directory(), aside);
        } catch (IOException e) {
            throw new StartException(
                    "the store "
                            + p.directory()
                            + ", whose file "
                            + p.file()
                            + " was removed, cannot be put aside: "
                            + e.getMessage());
        }
        notice.accept(
                p.file() + " was removed: starting empty, the old store is now " + aside + ".");
    }

    /// Makes the file if there is none; when the store has been opened.
    static void afterOpening(Persistence p) throws StartException {
        if (p.isDefault() || Files.exists(p.file())) {
            return;
        }
        try {
            Files.writeString(
                    p.file(),
                    BEGINNING
                            + " in the directory "
                            + p.directory().getFileName()
                            + ". Remove it while the broker is stopped to start empty.\n");
        } catch (IOException e) {
            throw new StartException("cannot write " + p.file() + ": " + e.getMessage() + ".");
        }
    }

    /// True if the file is none of Mosquitto's.
    static boolean standsForStore(Path file) throws IOException {
        byte[] expected = BEGINNING.getBytes(StandardCharsets.US_ASCII);
        try (var in = Files.newInputStream(file)) {
            return java.util.Arrays.equals(in.readNBytes(expected.length), expected);
        }
    }
}
