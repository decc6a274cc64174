package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.protocol.Packet;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

/// Lets everybody in, each when the test has run the answer.
interface LateAccess extends DelegatingAccess {
    BlockingQueue<Runnable> answers();

    @Override
    default AccessControl rest() {
        return AccessControl.anonymous();
    }

    @Override
    default void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        answers().add(() -> owner.accept(() -> answer.accept(new Decision.Allowed(null))));
    }
}
