package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.Message;
import io.hawkermq.core.Store;
import io.hawkermq.core.StoreChange;
import io.hawkermq.core.StoredPage;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.store.DurableStore;
import io.hawkermq.store.StoreListener;
import io.hawkermq.store.StoreOptions;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreCommandTest {
    @TempDir Path root;

    private static final class Silent implements StoreListener {
        @Override
        public void durable(int shard, long position) {}

        @Override
        public void page(int shard, StoredPage page) {}

        @Override
        public void state(Store.State state) {}

        @Override
        public void problem(String text) {
            throw new AssertionError(text);
        }
    }

    /// A store with one retained message.
    private String location() throws Exception {
        Path location = root.resolve("location");
        try (DurableStore store =
                DurableStore.open(
                        location.resolve("hawker"),
                        StoreOptions.DEFAULT.withHeadRoom(1 << 16),
                        new Silent())) {
            store.start();
            store.append(
                    0,
                    1,
                    List.of(
                            new StoreChange.PutRetained(
                                    new Message(
                                            TopicName.of("a"),
                                            new byte[] {'x'},
                                            Properties.NONE,
                                            QoS.AT_MOST_ONCE,
                                            true,
                                            "p",
                                            Message.NEVER))));
        }
        return location.toString();
    }

    private static String run(String... words) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, false, StandardCharsets.UTF_8);
        assertTrue(StoreCommand.run(List.of(words), out, out));
        out.flush();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void eachCommandDoesWhatItsHelpSays() throws Exception {
        String location = location();
        String backup = root.resolve("backup").toString();
        assertTrue(run("stats", location).contains("retained"));
        assertEquals(
                """
                0 sessions with 0 subscriptions and 0 messages, 1 retained messages.
                Nothing is damaged.
                """,
                run("check", location));
        assertEquals("2 records copied to " + backup + ".\n", run("backup", location, backup));
        assertTrue(
                run("export", backup)
                        .startsWith("{\"type\":\"retained\",\"topic\":\"a\",\"publishedQos\":0,"));
        assertEquals(StoreCommand.HELP, run("backup", "--help"));
    }

    @Test
    void mistakesAreSaid() {
        for (List<String> wrong :
                List.of(
                        List.<String>of(),
                        List.of("stats"),
                        List.of("backup", "a"),
                        List.of("mend", "a"))) {
            assertThrows(
                    Arguments.WrongException.class,
                    () -> StoreCommand.run(wrong, System.out, System.out));
        }
        StartException e =
                assertThrows(
                        StartException.class,
                        () ->
                                StoreCommand.run(
                                        List.of("stats", root.toString()), System.out, System.out));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("There is no store in"), e::getMessage);
    }
}
