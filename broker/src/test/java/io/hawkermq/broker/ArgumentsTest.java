package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.LogLevel;
import io.hawkermq.store.Durability;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @Test
    void noneIsMosquittosDefault() throws Exception {
        BrokerOptions options = Arguments.parse(List.of()).options();
        assertEquals(List.of(Listener.loopback(1883)), options.listeners());
        assertEquals(10, options.sysIntervalSeconds());
        assertEquals(1L, options.slots().activeShards(), "one loop is awake");
        assertFalse(options.log().isEnabled(LogLevel.DEBUG));
    }

    @Test
    void limitsByTheirNamesInMosquittoConf() throws Exception {
        BrokerOptions options =
                Arguments.parse(
                                List.of(
                                        "-o", "max_queued_messages=7",
                                        "-o", "max_packet_size=4096",
                                        "-o", "sys_interval=0",
                                        "-o", "hawker_max_outbound_bytes=8192"))
                        .options();
        assertEquals(7, options.limits().maximumQueuedMessages());
        assertEquals(4096, options.limits().maximumPacketSize());
        assertEquals(0, options.sysIntervalSeconds());
        assertEquals(8192, options.maximumOutboundBytes());
    }

    @Test
    void severalPortsLoopsAndVerbose() throws Exception {
        BrokerOptions options =
                Arguments.parse(List.of("-p", "2001", "-p", "2002", "--loops", "3", "-v"))
                        .options();
        assertEquals(
                List.of(Listener.loopback(2001), Listener.loopback(2002)), options.listeners());
        assertEquals(3, options.loops());
        assertEquals(0b111L, options.slots().activeShards());
        assertTrue(options.log().isEnabled(LogLevel.DEBUG));
    }

    @Test
    void otherActions() throws Exception {
        assertEquals(Arguments.Action.VERSION, Arguments.parse(List.of("--version")).action());
        assertEquals(Arguments.Action.HELP, Arguments.parse(List.of("-h")).action());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -p 70000                   | Option '-p' takes a number from 0 to 65535, read was '70000'.
                    -p abc                     | Option '-p' takes a number from 0 to 65535, read was 'abc'.
                    -p                         | Option '-p' needs a value.
                    --loops 0                  | Option '--loops' takes a number from 1 to 64, read was '0'.
                    -o max_packet_size=19      | Option '-o max_packet_size' takes a number from 20 to 268435456, read was '19'.
                    -o persistence=yes         | Option '-o persistence' takes true or false, read was 'yes'.
                    -o persistence_location=   | Option '-o persistence_location' takes the name of a directory, read was ''.
                    --listen                   | Unknown option '--listen'. Run 'hawker broker --help'.
                    """)
    void wrongOnesSayWhatWasReadAndWhatIsAllowed(String words, String message) {
        Arguments.WrongException e =
                assertThrows(
                        Arguments.WrongException.class,
                        () -> Arguments.parse(List.of(words.split(" "))));
        assertEquals(message, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "never", "interval", "interval 0", "interval 3600001", "interval x"})
    void durabilityThatThereIsNot(String value) {
        Arguments.WrongException e =
                assertThrows(
                        Arguments.WrongException.class,
                        () -> Arguments.parse(List.of("-o", "hawker_durability=" + value)));
        assertEquals(
                "Option '-o hawker_durability' takes always, interval MS with MS from 1 to 3600000, or os, read was '"
                        + value
                        + "'.",
                e.getMessage());
    }

    @Test
    void persistenceIsOffUnlessAskedFor() throws Exception {
        assertNull(persistence());
        assertNull(persistence("persistence_location=/data", "hawker_durability=os"));
        assertNull(persistence("persistence=true", "persistence=false"));
    }

    @Test
    void persistenceInAnyOrder() throws Exception {
        assertEquals(
                new Persistence(Path.of(""), Durability.ALWAYS), persistence("persistence=true"));
        assertEquals(
                new Persistence(Path.of("/data"), Durability.interval(Duration.ofMinutes(1))),
                persistence(
                        "hawker_durability=interval 60000",
                        "persistence=true",
                        "persistence_location=/data"));
        assertEquals(
                new Persistence(Path.of("here"), Durability.OS),
                persistence(
                        "persistence=true",
                        "persistence_location=here",
                        "hawker_durability=always",
                        "hawker_durability=os"));
    }

    private static @Nullable Persistence persistence(String... assignments) throws Exception {
        List<String> words = Stream.of(assignments).flatMap(a -> Stream.of("-o", a)).toList();
        return Arguments.parse(words).options().persistence();
    }

    @Test
    void unknownNameListsThoseThatThereAre() {
        Arguments.WrongException e =
                assertThrows(
                        Arguments.WrongException.class,
                        () -> Arguments.parse(List.of("-o", "max_queue=3")));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains("'max_queue=3'"), message);
        assertTrue(message.contains("max_queued_messages"), message);
    }

    @Test
    void elevenPortsAreTooMany() {
        List<String> words =
                IntStream.range(0, 11)
                        .mapToObj(i -> List.of("-p", Integer.toString(2000 + i)))
                        .flatMap(List::stream)
                        .toList();
        assertEquals(11, Collections.frequency(words, "-p"));
        assertThrows(Arguments.WrongException.class, () -> Arguments.parse(words));
    }
}
