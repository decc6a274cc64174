package io.hawkermq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputFormatTest {
    private static final ZonedDateTime NOW =
            ZonedDateTime.of(2025, 3, 9, 7, 5, 3, 1_234_567, ZoneOffset.ofHours(2));
    private static final Properties PROPERTIES =
            Properties.builder()
                    .add(Property.CONTENT_TYPE, "text")
                    .add(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                    .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                    .add(Property.RESPONSE_TOPIC, "r/t")
                    .add(Property.CORRELATION_DATA, new byte[] {'c', 'd'})
                    .add(Property.SUBSCRIPTION_IDENTIFIER, 7)
                    .user("a", "1")
                    .user("b", "2")
                    .build();

    private final List<String> errors = new ArrayList<>();

    private String print(String format, byte[] payload, Properties properties) {
        IncomingText m = new IncomingText("a/topic", payload, 1, true, 42, properties);
        return new OutputFormat(format, false, errors::add).print(m, NOW);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "%t|a/topic",
                "%p|Payload",
                "%10p|   Payload",
                "%010p|000Payload",
                "%-10p#|Payload   #",
                "%-p#|Payload       #",
                "%3p|Pay",
                "%.3t|a/t",
                "%10.3t|       a/t",
                "%-10.3t#|a/t       #",
                "%l|7",
                "%04l|0007",
                "%-4l#|7   #",
                "%m|42",
                "%q%r%%|11%",
                "%x|5061796c6f6164",
                "%.2x|50 61 79 6c 6f 61 64",
                "%.4:x|5061:796c:6f61:64",
                "%X|5061796C6F6164",
                "%.2:x|50:61:79:6c:6f:61:64",
                "%.2:X|50:61:79:6C:6F:61:64",
                "%C|text",
                "%6C|  text",
                "%D|cd",
                "%E|60",
                "%F|1",
                "%P|a:1 b:2",
                "%R|r/t",
                "%S|7",
                "%A#|#",
                "%3A#|   #",
                "%03A#|000#",
                "%I|2025-03-09T07:05:03+0200",
                "%U|1741496703.001234567",
                "@Y-@m-@d @H:@M:@S.@N @z|2025-03-09 07:05:03.001234567 +0200",
                "@a @A @b @B @j @e @k @l @p @u @w @U @W @V @y @C|Sun Sunday Mar March 068  9  7  7 AM 7 0 10 09 10 25 20",
                "@D @F @T @R @r|03/09/25 2025-03-09 07:05:03 07:05 07:05:03 AM",
                "@@ @s|@ 1741496703",
                "a\\\\b|a\\b",
            })
    void eachSpecifier(String format, String expected) throws OptionsException {
        OutputFormat.check(format);
        assertEquals(
                expected, print(format, "Payload".getBytes(StandardCharsets.UTF_8), PROPERTIES));
    }

    @Test
    void controlCharacters() {
        assertEquals(
                "\0\u0007\u001b\n\r\t\u000b",
                print("\\0\\a\\e\\n\\r\\t\\v", new byte[1], PROPERTIES));
    }

    @Test
    void floatingPoint() {
        byte[] f = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putFloat(1.5f).array();
        byte[] d = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putDouble(-2.25).array();
        assertEquals("1.500000", print("%f", f, Properties.NONE));
        assertEquals("  1.5|1.5  |0001.50", print("%5.1f|%-5.1f|%07.2f", f, Properties.NONE));
        assertEquals("-2.2|-02.25", print("%.1d|%06.2d", d, Properties.NONE));
        assertEquals("", print("%d", f, Properties.NONE));
        assertEquals(List.of("requested double printing, but non-double data received"), errors);
    }

    @Test
    void jsonWithTextAndProperties() {
        assertEquals(
                "{\"tst\":\"2025-03-09T07:05:03.001234+0200\",\"topic\":\"a/topic\",\"qos\":1,"
                        + "\"retain\":true,\"payloadlen\":3,\"mid\":42,\"properties\":{"
                        + "\"content-type\":\"text\",\"message-expiry-interval\":60,"
                        + "\"payload-format-indicator\":1,\"response-topic\":\"r/t\","
                        + "\"correlation-data\":\"cd\",\"subscription-identifier\":7,"
                        + "\"user-properties\":[{\"a\":\"1\"},{\"b\":\"2\"}]},"
                        + "\"payload\":\"\\\"\\n\\u0001\"}",
                print("%j", new byte[] {'"', '\n', 1}, PROPERTIES));
    }

    @Test
    void jsonPayloads() {
        byte[] payload =
                " {\"b\":[1,2.50,1e20,-0.1,true,null,\"\\u00e4/\"]} "
                        .getBytes(StandardCharsets.UTF_8);
        String printed = print("%J", payload, Properties.NONE);
        String latin = IncomingText.bytes("ä");
        assertEquals(
                "\"payload\":{\"b\":[1,2.5,1e+20,-0.1,true,null,\"" + latin + "/\"]}}",
                printed.substring(printed.indexOf("\"payload\":")));
        assertEquals("", print("%J", new byte[] {'{'}, Properties.NONE));
        assertEquals(
                List.of("Error: Message payload is not valid JSON on topic a/topic.\n"), errors);
        assertNull(Json.parse("[1,]"));
        assertNull(Json.parse("[1] 2"));
        assertNull(Json.parse("[".repeat(2_000)));
    }

    @Test
    void prettyJson() {
        Json json = Json.parse("{\"a\":[1,{\"b\":2}],\"c\":{}}");
        assertEquals(
                "{\n\t\"a\":\t[1, {\n\t\t\t\"b\":\t2\n\t\t}],\n\t\"c\":\t{\n\t}\n}",
                json == null ? "" : json.printPretty());
    }
}
