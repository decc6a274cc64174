package io.hawkermq.it;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BrokerProcessTest {
    /// Also with clients that are connected, or have only begun to be.
    @Test
    void sigtermEndsItWithStatus0() {
        try (BrokerProcess broker = BrokerProcess.start();
                Lab lab = new Lab(broker.port())) {
            lab.client(Version.V5);
            lab.resume(Version.V311, lab.name());
            lab.open(Version.V5);
            lab.open(Version.V5).send(Wire.bytes(0x10, 0x40));
            broker.stop();
            assertFalse(broker.isAlive());
        }
    }

    @Test
    void itStartsAgainOnTheSamePortAtOnce() {
        BrokerProcess first = BrokerProcess.start();
        try (Lab lab = new Lab(first.port())) {
            lab.client(Version.V5);
            first.kill();
            try (BrokerProcess second = BrokerProcess.startOn(first.port())) {
                lab.client(Version.V5).expectSilence();
                assertTrue(second.isAlive());
            }
        }
    }
}
