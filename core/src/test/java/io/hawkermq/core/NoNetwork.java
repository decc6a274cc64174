package io.hawkermq.core;

import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;

/// An outbox without a socket: nothing arrives that could be held back, and answers come at once.
public interface NoNetwork extends Outbox {
    @Override
    default void negotiated(ProtocolVersion version, long maximumPacketSize) {}

    /// Runs come only from who reads bytes.
    @Override
    default boolean relay(PublishRun run, int[] packetIds) {
        throw new AssertionError("nobody has sent " + run.packets());
    }

    @Override
    default void pauseReading() {}

    @Override
    default void resumeReading() {}

    @Override
    default void execute(Runnable answer) {
        answer.run();
    }
}
