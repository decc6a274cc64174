package io.hawkermq.mosquitto.database;

/// Something in the file that could not be read, or not as it should be.
///
/// @param offset bytes from the beginning of the file, of the chunk that it is about
/// @param description what was expected and what is there, in words
public record DatabaseProblem(long offset, String description) {
    @Override
    public String toString() {
        return "at byte " + offset + ": " + description;
    }
}
