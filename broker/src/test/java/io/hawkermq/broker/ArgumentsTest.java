package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Arguments.Action;
import io.hawkermq.broker.Arguments.Dialect;
import io.hawkermq.broker.Arguments.Loudness;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ArgumentsTest {
    private static Arguments parse(String... words) throws Arguments.WrongException {
        return Arguments.parse(List.of(words), Dialect.HAWKER);
    }

    private static String refusal(String... words) {
        return String.valueOf(
                assertThrows(Arguments.WrongException.class, () -> parse(words)).getMessage());
    }

    @Test
    void noneIsMosquittosDefault() throws Exception {
        Arguments none = parse();
        assertEquals(
                new Arguments(
                        Action.RUN,
                        Optional.empty(),
                        List.of(),
                        Loudness.CONFIGURED,
                        List.of(),
                        Optional.empty()),
                none);
        assertTrue(none.configuration().isLocalOnly());
    }

    @Test
    void assignmentsAreOptionsOfTheFile() throws Exception {
        Configuration c =
                parse("-o", "max_queued_messages=7", "-o", "hawker_durability=interval 60")
                        .configuration();
        assertEquals(7, c.value(GlobalOptions.MAX_QUEUED_MESSAGES));
        assertEquals("interval 60", c.global().shown(HawkerOptions.DURABILITY));
    }

    @Test
    void aWrongAssignmentIsAnErrorOfTheConfiguration() {
        ConfigurationException e =
                assertThrows(
                        ConfigurationException.class,
                        () -> parse("-o", "persistence=yes").configuration());
        assertEquals(3, e.exitStatus());
        assertTrue(e.text().contains("command line: -o persistence=yes"), e.text());
    }

    @Test
    void severalPortsLoopsAndVerbose() throws Exception {
        Configuration c =
                parse("-p", "2001", "--port", "2002", "--loops", "3", "-v").configuration();
        assertEquals(
                List.of("2001 127.0.0.1", "2001 ::1", "2002 127.0.0.1", "2002 ::1"),
                c.listeners().stream().map(l -> l.address().toString()).toList());
        assertEquals(Optional.of(3), c.value(HawkerOptions.LOOPS));
        assertEquals(LogSettings.DEFAULT.verbose(), LogSettings.of(c));
    }

    @Test
    void quietLogsNothing() throws Exception {
        assertTrue(LogSettings.of(parse("-q").configuration()).levels().isEmpty());
    }

    @ParameterizedTest
    @EnumSource
    void otherActions(Dialect dialect) throws Exception {
        assertEquals(Action.VERSION, Arguments.parse(List.of("--version"), dialect).action());
        assertEquals(Action.HELP, Arguments.parse(List.of("-h"), dialect).action());
        Arguments test = Arguments.parse(List.of("--test-config", "-c", "a.conf"), dialect);
        assertEquals(Action.TEST, test.action());
        assertEquals(Optional.of(Path.of("a.conf")), test.file());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -p 70000              | Option '-p' takes a number from 0 to 65535, read was '70000'.
                    -p abc                | Option '-p' takes a number from 0 to 65535, read was 'abc'.
                    -p                    | Option '-p' needs a value.
                    -c                    | Option '-c' needs a value.
                    --loops 0             | Option '--loops' takes a number from 1 to 64, read was '0'.
                    --listen              | Unknown option '--listen'. Run 'hawker broker --help'.
                    --tls-keylog keys     | Unknown option '--tls-keylog'. Keys of TLS are not logged by this broker.
                    --test-config         | --test-config needs a configuration file: -c FILE.
                    -o max_connections=3  | -o takes settings of the whole broker, 'max_connections' belongs to a listener, or the default listener: set it in a configuration file, -c FILE.
                    """)
    void wrongOnesSayWhatWasReadAndWhatIsAllowed(String words, String message) {
        assertEquals(message, refusal(words.split(" ")));
    }

    @Test
    void mosquittosCommandLineIsNamedAfterIt() {
        Arguments.WrongException e =
                assertThrows(
                        Arguments.WrongException.class,
                        () -> Arguments.parse(List.of("-x"), Dialect.MOSQUITTO));
        assertEquals("Unknown option '-x'. Run 'mosquitto --help'.", e.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    -p 0         | Invalid port specified (0). Allowed are 1 to 65535.
                    -p           | -p argument given, but no port specified.
                    -c           | -c argument given, but no config file specified.
                    --tls-keylog | --tls-keylog argument given, but no file specified.
                    """)
    void mosquittosCommandLineSaysWhatMosquittoSays(String words, String message) {
        Arguments.WrongException e =
                assertThrows(
                        Arguments.WrongException.class,
                        () -> Arguments.parse(List.of(words.split(" ")), Dialect.MOSQUITTO));
        assertEquals(message, e.getMessage());
    }

    @Test
    void unknownNameListsThoseThatThereAre() {
        String message = refusal("-o", "max_queue=3");
        assertTrue(message.contains("'max_queue=3'"), message);
        assertTrue(message.contains("max_queued_messages"), message);
    }

    @Test
    void elevenPortsAreTooMany() {
        String[] words =
                IntStream.range(0, 11)
                        .mapToObj(i -> List.of("-p", Integer.toString(2000 + i)))
                        .flatMap(List::stream)
                        .toArray(String[]::new);
        assertEquals(11, Collections.frequency(List.of(words), "-p"));
        assertTrue(refusal(words).contains("11 times"));
    }
}
