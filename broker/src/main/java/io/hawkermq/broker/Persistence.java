package io.hawkermq.broker;

import io.hawkermq.store.Durability;
import java.nio.file.Path;

/// Durable storage: persistent sessions with what waits for them, and retained messages, outlive
/// the broker.
///
/// @param location the directory that they are kept in; a relative one begins at the working
///     directory of the process
/// @param durability when the broker may acknowledge what must not be lost
public record Persistence(Path location, Durability durability) {}
