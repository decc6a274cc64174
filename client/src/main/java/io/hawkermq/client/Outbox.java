package io.hawkermq.client;

import java.io.IOException;
import java.nio.file.Path;

/// Where messages wait on disk until the server has taken them over, so that none is lost, and at
/// QoS 2 none sent twice, when this process ends without warning. For
/// [MqttClientBuilder#outbox(Outbox)]; belongs to one client, and while it is open to one process.
///
/// What is kept: each message of QoS 1 and 2 from before it is sent until its last acknowledgement,
/// its Packet Identifier, and whether PUBREC has come. The next process sends the rest under the
/// same identifiers, in the same session. Every record has a checksum; a record that a crash has
/// cut off is dropped, damage before that is set aside and reported to the logger.
///
/// @param folder exists or is made; nothing else should be in it
/// @param durability what a message has to survive before it counts as accepted
public record Outbox(Path folder, Durability durability) {
    /// What is awaited before a record counts as written.
    public enum Durability {
        /// The medium: survives a loss of power. Costs a `force` for each batch.
        FORCED,
        /// The operating system: survives the end of this process, `kill -9` included.
        WRITTEN
    }

    /// An outbox that survives a loss of power.
    ///
    /// @param folder of this client alone; exists or is made
    /// @return the outbox, which [MqttClientBuilder#build] opens
    public static Outbox in(Path folder) {
        return new Outbox(folder, Durability.FORCED);
    }

    /// An outbox that survives the end of the process only, and is much faster.
    ///
    /// @param folder of this client alone; exists or is made
    /// @return the outbox, which [MqttClientBuilder#build] opens
    public static Outbox unforcedIn(Path folder) {
        return new Outbox(folder, Durability.WRITTEN);
    }

    OutboxFile open() throws IOException {
        return new OutboxFile(this);
    }
}
