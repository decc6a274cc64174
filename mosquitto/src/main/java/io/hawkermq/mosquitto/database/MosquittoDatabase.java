package io.hawkermq.mosquitto.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What a persistence file of Mosquitto (`mosquitto.db`) holds: versions 2 to 6 of the format,
/// which is all from Mosquitto 1.0 to 2.1. Records stand in the order of the file.
///
/// The file has no checksum. What is damaged is left out and stands in `problems`; what follows is
/// read as long as the file's division into chunks can be made out. References between records are
/// not looked at here: a damaged file may have deliveries without their message.
///
/// @param version 2 to 6
/// @param atShutdown true if Mosquitto wrote the file as it ended; else it was running on, and what
///     happened then is not in it
/// @param retained the [SavedMessage#storeId] of each retained message
/// @param problems the first 1,000
/// @param problemCount all
public record MosquittoDatabase(
        int version,
        boolean atShutdown,
        List<SavedSession> sessions,
        List<SavedSubscription> subscriptions,
        List<SavedMessage> messages,
        List<SavedDelivery> deliveries,
        List<Long> retained,
        List<DatabaseProblem> problems,
        long problemCount) {

    /// Reads a whole file into memory. It should not be written meanwhile; Mosquitto never writes
    /// to it but puts a new one in its place.
    ///
    /// @throws MosquittoDatabaseException if it is no such file, or of another version
    /// @throws IOException if the file cannot be read
    public static MosquittoDatabase read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return read(in, Files.size(file));
        }
    }

    /// @param size bytes that `in` has
    static MosquittoDatabase read(InputStream in, long size) throws IOException {
        return new DatabaseReader(in, size).read();
    }
}
