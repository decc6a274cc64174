package io.hawkermq.broker;

import io.hawkermq.store.Durability;
import java.nio.file.Path;

/// Durable storage: persistent sessions with what waits for them, and retained messages, outlive
/// the broker.
///
/// @param location the directory that they are kept in; a relative one begins at the working
///     directory of the process
/// @param fileName what Mosquitto calls its database there (`persistence_file`). It is taken over
///     into a store that is empty. A name of one's own names the store, too, and stands for it: see
///     [PersistenceFile].
/// @param durability when the broker may acknowledge what must not be lost
public record Persistence(Path location, String fileName, Durability durability) {
    /// The name that Mosquitto's database has by default.
    public static final String DEFAULT_FILE_NAME = "mosquitto.db";

    public Persistence(Path location, Durability durability) {
        this(location, DEFAULT_FILE_NAME, durability);
    }

    /// Where the store is; beside Mosquitto's database.
    Path directory() {
        return location.resolve(isDefault() ? "hawker" : fileName + ".hawker");
    }

    Path file() {
        return location.resolve(fileName);
    }

    boolean isDefault() {
        return fileName.equals(DEFAULT_FILE_NAME);
    }
}
