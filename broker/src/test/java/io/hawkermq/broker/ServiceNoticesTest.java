package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hawkermq.core.EventLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNoticesTest {
    @TempDir private Path folder = Path.of("");

    @BeforeEach
    void onLinux() {
        assumeTrue(UnixDatagrams.isAvailable());
    }

    private static Broker broker() throws StartException {
        return Broker.start(
                BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0).log(EventLog.SILENT)));
    }

    @Test
    void systemdIsToldOfEachState() throws Exception {
        String socket = folder.resolve("notify").toString();
        try (DatagramReceiver systemd = new DatagramReceiver(socket)) {
            ServiceNotices notices =
                    ServiceNotices.of(Map.of("NOTIFY_SOCKET", socket), EventLog.SILENT);
            notices.ready("serving");
            assertEquals("READY=1\nSTATUS=serving", systemd.next());
            notices.reloading();
            assertTrue(systemd.next().matches("RELOADING=1\nMONOTONIC_USEC=\\d+"));
            notices.stopping();
            assertEquals("STOPPING=1", systemd.next());
        }
    }

    @Test
    void nothingIsSentWithoutASocketAndANameWithoutAFileIsReached() throws Exception {
        ServiceNotices.of(Map.of(), EventLog.SILENT).ready("unheard");
        String name = "@hawker-test-" + ProcessHandle.current().pid();
        try (DatagramReceiver systemd = new DatagramReceiver("\0" + name.substring(1))) {
            ServiceNotices.of(Map.of("NOTIFY_SOCKET", name), EventLog.SILENT).stopping();
            assertEquals("STOPPING=1", systemd.next());
        }
    }

    @Test
    void theHeartBeatsWhileTheLoopsTurn() throws Exception {
        String socket = folder.resolve("notify").toString();
        try (DatagramReceiver systemd = new DatagramReceiver(socket);
                Broker broker = broker()) {
            Map<String, String> environment =
                    Map.of("NOTIFY_SOCKET", socket, "WATCHDOG_USEC", "20000");
            ServiceNotices.of(environment, EventLog.SILENT).watch(broker);
            assertEquals("WATCHDOG=1", systemd.next());
            assertEquals("WATCHDOG=1", systemd.next());
        }
    }

    @Test
    void aLoopThatHangsIsNoticed() throws Exception {
        try (Broker broker = broker()) {
            assertTrue(ServiceNotices.turns(broker, Duration.ofSeconds(10)));
            CountDownLatch hangs = new CountDownLatch(1);
            broker.loops().getFirst().eventLoop().execute(() -> await(hangs));
            assertFalse(ServiceNotices.turns(broker, Duration.ofMillis(50)));
            hangs.countDown();
            assertTrue(ServiceNotices.turns(broker, Duration.ofSeconds(10)));
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(10, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
