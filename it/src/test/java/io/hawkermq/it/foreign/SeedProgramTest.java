package io.hawkermq.it.foreign;

import io.hawkermq.it.BrokerProcess;
import org.junit.jupiter.api.Test;

/// The program that everybody writes first: it subscribes to `$SYS/#` when connected, prints what
/// comes, and leaves all else, above all reconnecting, to Paho's `loop_forever`.
class SeedProgramTest {
    @Test
    void itPrintsAndReconnectsWhenTheBrokerWasKilled() {
        ForeignClient.PAHO.require();
        BrokerProcess first = BrokerProcess.start();
        try (Program seed = seed(first)) {
            seed.await("a $SYS topic", SeedProgramTest::isAboutTheBroker);
            first.kill();
            expectToPrintAgain(seed, first.port());
        } finally {
            first.close();
        }
    }

    @Test
    void itPrintsAndReconnectsWhenTheBrokerWasStopped() {
        ForeignClient.PAHO.require();
        BrokerProcess first = BrokerProcess.start();
        try (Program seed = seed(first)) {
            seed.await("a $SYS topic", SeedProgramTest::isAboutTheBroker);
            first.stop();
            expectToPrintAgain(seed, first.port());
        } finally {
            first.close();
        }
    }

    private static Program seed(BrokerProcess broker) {
        return Program.start(
                ForeignClient.PYTHON, "src/test/python/seed.py", Integer.toString(broker.port()));
    }

    private static void expectToPrintAgain(Program seed, int port) {
        int before = seed.lines().size();
        try (BrokerProcess _ = BrokerProcess.startOn(port)) {
            seed.await("a $SYS topic after the restart", before, SeedProgramTest::isAboutTheBroker);
        }
    }

    private static boolean isAboutTheBroker(String line) {
        return line.startsWith("$SYS/broker/");
    }
}
