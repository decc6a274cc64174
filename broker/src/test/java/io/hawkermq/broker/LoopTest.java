package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.ShardMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoopTest {
    /// A message from a loop whose turn began later must not find that it has more time left than
    /// its publisher gave it [MQTT-3.3.2-6].
    @Test
    void theTimeIsNotBehindThatOfALoopFromWhichSomethingComes() throws Exception {
        BrokerOptions options = BrokerOptions.local(0).with(o -> o.sysIntervalSeconds(0));
        try (Broker broker = Broker.start(options)) {
            Loop loop = broker.loops().getFirst();
            CompletableFuture<Long> behind = new CompletableFuture<>();
            loop.execute(() -> {
                long begun = loop.shard().now();
                while (loop.now() == begun) {
                    Thread.onSpinWait();
                }
                long sent = loop.now();
                loop.post(0, List.of(new ShardMessage.Taken(0)));
                loop.emptyMailbox();
                behind.complete(sent - loop.shard().now());
            });
            long millis = behind.get(30, TimeUnit.SECONDS);
            assertTrue(millis <= 0, millis + " ms behind");
        }
    }
}
