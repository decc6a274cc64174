package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Connect;
import io.hawkermq.it.EachVersion;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.ExtendWith;

/// Keep Alive and PINGREQ: sections 3.1.2.10 and 3.12. These tests take the seconds that they
/// measure.
@ExtendWith(SharedBroker.class)
class KeepAliveTest {
    @EachVersion
    @Rule({"MQTT-3.1.2-22", "MQTT-3.2.2-22", "MQTT-3.1.2-8"})
    void aSilentClientIsClosedAfterOneAndAHalfTimesItsKeepAlive(Version v, Lab lab) {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(v, topic, 0);
        RawClient c = lab.open(v);
        long start = System.nanoTime();
        Connect connect = Connect.as(v, lab.name()).keepAlive(1).will(topic, "silent", 0);
        assertFalse(c.connect(connect).has(Prop.SERVER_KEEP_ALIVE));
        c.expectClosedFor(0x8D);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        // Closing early breaks the promise; closing late is measured in whole seconds by some.
        assertTrue(millis >= 1_000, () -> "closed after " + millis + " ms");
        assertTrue(millis < 6_000, () -> "closed after " + millis + " ms");
        observer.expectPublish(topic, "silent");
    }

    @EachVersion
    @Rule({"MQTT-3.12.4-1", "MQTT-3.1.2-22"})
    void pingsAreAnsweredAndKeepTheConnection(Version v, Lab lab) {
        int tries = 0;
        while (!isKept(lab.client(Connect.as(v, lab.name()).keepAlive(1)))) {
            assertTrue(
                    ++tries < 5, "this machine holds up a client for more than a second each time");
        }
    }

    /// Pings for 3.5 s.
    ///
    /// @return false if the client was itself held up for longer than its Keep Alive of a second: then
    ///     it may be closed
    private static boolean isKept(RawClient c) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(3_500);
        long last = System.nanoTime();
        while (System.nanoTime() < end) {
            c.send(Wire.pingreq());
            long now = System.nanoTime();
            if (now - last > TimeUnit.SECONDS.toNanos(1)) {
                return false;
            }
            last = now;
            c.expect(Wire.PINGRESP);
            // The pace of the client under test conditions, not a wait for the server.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
        }
        return true;
    }

    @EachVersion
    @Rule({"MQTT-3.1.2-22"})
    void keepAlive0IsOff(Version v, Lab lab) {
        RawClient off = lab.client(Connect.as(v, lab.name()).keepAlive(0));
        RawClient watched = lab.client(Connect.as(v, lab.name()).keepAlive(1));
        watched.expectClosedFor(0x8D);
        off.expectSilence();
    }

    @EachVersion
    @Rule("MQTT-3.12.4-1")
    void everyPingIsAnswered(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Wire.pingreq(), Wire.pingreq(), Wire.pingreq());
        c.expect(Wire.PINGRESP);
        c.expect(Wire.PINGRESP);
        c.expect(Wire.PINGRESP);
        c.expectSilence();
    }
}
