package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;

/// An outbox without a socket: nothing arrives that could be held back, and answers come at once.
public interface NoNetwork extends Outbox {
    @Override
    default void negotiated(ProtocolVersion version, long maximumPacketSize) {}

    @Override
    default boolean relay(PublishRun run) {
        boolean fits = true;
        for (Packet packet : run.packets()) {
            fits &= send(packet);
        }
        return fits;
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
