package io.hawkermq.core;

import io.hawkermq.protocol.PlainPublish;
import io.hawkermq.protocol.ProtocolVersion;

/// An outbox without a socket: nothing arrives that could be held back, and answers come at once.
public interface NoNetwork extends Outbox {
    @Override
    default void negotiated(ProtocolVersion version, long maximumPacketSize) {}

    @Override
    default boolean relay(PlainPublish publish) {
        return send(publish.packet());
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
