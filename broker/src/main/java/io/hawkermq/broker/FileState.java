package io.hawkermq.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What tells whether a file is still the one that was read: the time, the size and the identity of
/// what its name leads to.
///
/// @param key its identity, null if the system has none
record FileState(long millis, long size, @Nullable Object key) {
    private static final FileState MISSING = new FileState(0, -1, null);

    static FileState of(Path file) {
        try {
            BasicFileAttributes a = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileState(a.lastModifiedTime().toMillis(), a.size(), a.fileKey());
        } catch (IOException e) {
            return MISSING;
        }
    }

    /// In their order.
    static Map<Path, FileState> of(Collection<Path> files) {
        Map<Path, FileState> states = new LinkedHashMap<>();
        for (Path file : files) {
            states.put(file, of(file));
        }
        return states;
    }
}
