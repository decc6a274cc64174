package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.ProtocolVersion;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class RendezvousTest {
    @Test
    void anActionThatFailsDidNotHappenAndAllGoOn() throws Exception {
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.loops(3).sysIntervalSeconds(0).log(new LogLines()));
        try (Broker broker = Broker.start(options)) {
            Rendezvous failing =
                    new Rendezvous(
                            broker.loops(),
                            () -> {
                                throw new IllegalStateException("by this test");
                            });
            failing.call();
            assertFalse(failing.await());

            AtomicBoolean wasRun = new AtomicBoolean();
            Rendezvous next = new Rendezvous(broker.loops(), () -> wasRun.set(true));
            next.call();
            assertTrue(next.await());
            assertTrue(wasRun.get());
            TestClient.connected(broker.port(), ProtocolVersion.MQTT_5, "client").close();
        }
    }
}
