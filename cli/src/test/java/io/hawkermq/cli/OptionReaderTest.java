package io.hawkermq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The options of `pub`, `sub` and `rr`; the messages are those that Mosquitto 2.1.2 prints.
class OptionReaderTest {
    private static ToolOptions read(Tool tool, String words) throws OptionsException {
        List<String> all = Stream.of(words.split(" ")).map(w -> w.equals("''") ? "" : w).toList();
        return OptionReader.read(tool, all, Captured.empty().io());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "PUB | -A | Error: -A argument given but no address specified.",
                "PUB | --cafile | Error: --cafile argument given but no file specified.",
                "PUB | --capath | Error: --capath argument given but no directory specified.",
                "PUB | -C 1 | Error: Unknown option '-C'.",
                "PUB | -F %t | Error: Unknown option '-F'.",
                "PUB | -W 1 | Error: Unknown option '-W'.",
                "PUB | -e a | Error: Unknown option '-e'.",
                "PUB | -E | Error: Unknown option '-E'.",
                "PUB | --no-such | Error: Unknown option '--no-such'.",
                "PUB | -m a -n | Error: Only one type of message can be sent at once.",
                "PUB | -k 4 | Error: Invalid keepalive given, it must be between 5 and 65535 inclusive.",
                "PUB | -k 65536 | Error: Invalid keepalive given, it must be between 5 and 65535 inclusive.",
                "PUB | -L mqtt://host | Error: Invalid URL for -L argument specified - topic missing.",
                "PUB | -L http://host/t | Error: Unsupported URL scheme.",
                "PUB | -M 0 | Error: Maximum inflight messages must be greater than 0.",
                "PUB | -p 65536 | Error: Invalid port given: 65536",
                "PUB | -p -1 | Error: Invalid port given: -1",
                "PUB | -q 3 | Error: Invalid QoS given: 3",
                "PUB | --repeat 0 | Error: --repeat argument must be >0.",
                "PUB | --repeat-delay -1 | Error: --repeat-delay argument must be >=0.0.",
                "PUB | -t a/# | Error: Invalid publish topic 'a/#', does it contain '+' or '#'?",
                "PUB | -V 4 | Error: Invalid protocol version argument given.",
                "PUB | -V | Error: --protocol-version argument given but no version specified.",
                "PUB | --will-qos 3 | Error: Invalid will QoS 3.",
                "PUB | --will-payload a | Error: Will payload given, but no will topic given.",
                "PUB | --will-retain | Error: Will retain given, but no will topic given.",
                "PUB | --will-topic + | Error: Invalid will topic '+', does it contain '+' or '#'?",
                "PUB | -x a | Error: session-expiry-interval not a number.",
                "PUB | -x 4294967296 | Error: session-expiry-interval out of range.",
                "PUB | -x -1 | Error: You must provide a client id if you are using an infinite session expiry interval.",
                "PUB | -c | Error: You must provide a client id if you are using the -c option.",
                "PUB | -i a -I b | Error: -i and -I argument cannot be used together.",
                "PUB | -o | Error: -o argument given but no options file specified.",
                "PUB | -o a -o b | Error: Duplicate -o argument given.",
                "PUB | --cert a | Error: Both certfile and keyfile must be provided if one of them is set.",
                "PUB | --psk a | Error: --psk-identity required if --psk used.",
                "PUB | --proxy http://a | Error: Unsupported proxy protocol: http://a",
                "PUB | --proxy socks5h://a:0 | Error: Invalid proxy port 0",
                "PUB | --proxy socks5h://a:b:c@d | Error: Username cannot contain ':'.",
                "PUB | -D connect | Error: --property argument given but not enough arguments specified.",
                "PUB | -D unknown a b | Error: Invalid command unknown given in --property argument.",
                "PUB | -D connect unknown b | Error: Invalid property name unknown given in --property argument.",
                "PUB | -D connect topic-alias 1 | Error: topic-alias property not allowed for connect in --property argument.",
                "PUB | -D publish subscription-identifier 1 | Error: subscription-identifier property not supported for publish in --property argument.",
                "PUB | -D puback user-property a b | Error: user-property property not supported for puback in --property argument.",
                "PUB | -D publish user-property a | Error: --property argument given but not enough arguments specified.",
                "PUB | -D connect receive-maximum 65536 | Error: Property value (65536) out of range for property receive-maximum.",
                "SUB | -t a/#/b | Error: Invalid subscription topic 'a/#/b', are all '+' and '#' wildcards correct?",
                "SUB | -T a+ | Error: Invalid filter topic 'a+', are all '+' and '#' wildcards correct?",
                "SUB | -U a+ | Error: Invalid unsubscribe topic 'a+', are all '+' and '#' wildcards correct?",
                "SUB | -C 0 | Error: Invalid message count \"0\".",
                "SUB | -W 0 | Error: Invalid timeout \"0\".",
                "SUB | -m a | Error: Unknown option '-m'.",
                "SUB | --repeat 1 | Error: Unknown option '--repeat'.",
                "SUB | --random-filter 0 | Error: --random-filter chance must be between 0.1-100.0",
                "SUB | --retain-handling x | Error: Unknown value 'x' for --retain-handling.",
                "SUB | -v | Error: You must specify a topic to subscribe to (-t) or unsubscribe from (-U).",
                "SUB | -F % | Error: Incomplete format specifier.",
                "SUB | -F %Z | Error: Invalid format specifier 'Z'.",
                "SUB | -F %5 | Error: Incomplete format specifier.",
                "SUB | -F \\x | Error: Invalid escape specifier 'x'.",
                "SUB | -F a@ | Error: Incomplete format specifier.",
                "SUB | -F a\\ | Error: Incomplete escape specifier.",
                "PUB | -t '' | Error: Invalid publish topic '', does it contain '+' or '#'?",
                "PUB | --will-topic '' | Error: Invalid will topic '', does it contain '+' or '#'?",
                "PUB | -L mqtt://host/ | Error: Invalid publish topic '', does it contain '+' or '#'?",
                "SUB | -t '' | Error: Invalid subscription topic '', are all '+' and '#' wildcards correct?",
                "SUB | -t $share/g | Error: Invalid subscription topic '$share/g', are all '+' and '#' wildcards correct?",
                "SUB | -T $share/g | Error: Invalid filter topic '$share/g', are all '+' and '#' wildcards correct?",
                "RR | -e '' | Error: Invalid response topic '', does it contain '+' or '#'?",
                "PUB | -D publish content-type a -D publish content-type b | Error in PUBLISH properties: Duplicate property in property list",
                "PUB | -D will content-type a -D will content-type b | Error in WILL properties: Duplicate property in property list",
                "PUB | -D publish response-topic a/+ | Error adding property response-topic",
                "PUB | --proxy socks5h://u%41@host | ``",
                "CTRL | --proxy socks5h://u%41@host | Error: Invalid URL encoding in username.",
                "CTRL | --proxy socks5h://u:p%@host | Error: Invalid URL encoding in password.",
                "CTRL | -L mqtt://:@host/t | Error: Empty username in URL.",
                "CTRL | -L mqtt://host:/t | Error: Empty port in URL.",
                "RR | -e + | Error: Invalid response topic '+', does it contain '+' or '#'?",
                "RR | -l | Error: Unknown option '-l'.",
                "RR | -C 1 | Error: Unknown option '-C'.",
                "RR | -r | Error: Unknown option '-r'.",
            })
    void whatIsWrongIsSaid(Tool tool, String words, String message) {
        OptionsException e = assertThrows(OptionsException.class, () -> read(tool, words));
        assertEquals(message, String.valueOf(e.getMessage()).strip());
        assertEquals(OptionsException.Wants.HINT, e.wants());
    }

    @Test
    void urlsSetHostPortUserAndTopic() throws OptionsException {
        ToolOptions o = read(Tool.PUB, "-L mqtts://me:pass:word@example.org:1234/a/b -m x");
        assertEquals("example.org", o.host);
        assertEquals(1234, o.port);
        assertEquals("me", o.userName);
        assertEquals("pass:word", o.password);
        assertEquals("a/b", o.topic);
        assertTrue(o.isTrustingSystem);
        ToolOptions ws = read(Tool.SUB, "-L WSS://host/a/#");
        assertTrue(ws.isWebSocket);
        assertEquals(8883, ws.port);
        assertEquals(List.of("a/#"), ws.topics);
    }

    @Test
    void propertiesGoToTheirPacketAndMeanVersion5() throws OptionsException {
        ToolOptions o =
                read(
                        Tool.PUB,
                        "-t a -m b -D CONNECT user-property k v -D publish Content-Type text"
                                + " -D will will-delay-interval 5 -x 0x10");
        assertEquals(ProtocolVersion.MQTT_5, o.version);
        assertEquals("v", o.propertiesFor(PacketType.CONNECT).userProperties().getFirst().value());
        assertEquals(
                16,
                o.propertiesFor(PacketType.CONNECT).number(Property.SESSION_EXPIRY_INTERVAL, 0));
        assertEquals("text", o.propertiesFor(PacketType.PUBLISH).text(Property.CONTENT_TYPE));
        assertEquals(5, o.willProperties.build().number(Property.WILL_DELAY_INTERVAL, 0));
    }

    @Test
    void aFileOfOptionsIsReadFirst(@TempDir Path folder) throws IOException, OptionsException {
        Files.writeString(
                folder.resolve("mosquitto_pub"),
                "# a comment\n\n-h  two words\n-q 1\n-d\n--no-such-thing-but-a-comment"
                        .replace("\n--no-such-thing-but-a-comment", "\n"));
        Captured c = Captured.with("", Map.of("XDG_CONFIG_HOME", folder.toString()));
        ToolOptions o = OptionReader.read(Tool.PUB, List.of("-q", "2"), c.io());
        assertEquals(" two words", o.host);
        assertEquals(2, o.qos);
        assertTrue(o.isDebug);
        ToolOptions home =
                OptionReader.read(
                        Tool.PUB,
                        List.of(),
                        Captured.with("", Map.of("HOME", folder.toString())).io());
        assertEquals(0, home.qos);
    }

    @Test
    void numbersAreReadAsInC() throws OptionsException {
        assertEquals(12, read(Tool.PUB, "-p 12abc").port);
        assertEquals(0, read(Tool.PUB, "-q x").qos);
        assertEquals(0.5, read(Tool.PUB, "--repeat-delay .5s").repeatDelay);
    }

    @Test
    void helpAndVersionEndWithOne() {
        Captured help = Captured.empty();
        assertEquals(1, PubCommand.run(List.of("--help"), help.io()));
        assertTrue(help.output().contains("mosquitto_pub version 2.1.2 running on libmosquitto"));
        Captured version = Captured.empty();
        assertEquals(1, SubCommand.run(List.of("--version"), version.io()));
        assertEquals(
                "mosquitto_sub version 2.1.2 running on libmosquitto 2.1.2.\n", version.output());
        Captured wrong = Captured.empty();
        assertEquals(1, RrCommand.run(List.of("--wrong"), wrong.io()));
        assertEquals(
                "Error: Unknown option '--wrong'.\n\nUse 'mosquitto_rr --help' to see usage.\n",
                wrong.errors());
    }
}
