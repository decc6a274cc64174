package io.hawkermq.broker.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.transport.ProxyHeader.Complete;
import io.hawkermq.broker.transport.ProxyHeader.Corrupt;
import io.hawkermq.broker.transport.ProxyHeader.Incomplete;
import io.hawkermq.broker.transport.ProxyHeader.Local;
import io.hawkermq.broker.transport.ProxyHeader.Result;
import io.hawkermq.broker.transport.ProxyOptions.Version;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String IPV4 = "c0000205" + "00000000" + "1883" + "0000";

    private static byte[] text(String line) {
        return line.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] binary(String rest) {
        return HexFormat.of().parseHex(SIGNATURE + rest);
    }

    private static Result parse(byte[] bytes) {
        return ProxyHeader.parse(bytes, bytes.length, Version.EITHER);
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234,192.0.2.5:6275",
        "PROXY TCP6 2001:db8:506:708:900::1 ::1 6275 1234,2001:db8:506:708:900::1:6275",
        "PROXY UNKNOWN,",
        "PROXY UNKNOWN ffff::1 ffff::2 1 2,"
    })
    void linesOfVersion1(String line, String source) {
        byte[] bytes = text(line + "\r\nrest");
        assertEquals(new Complete(line.length() + 2, source, null), parse(bytes));
        for (int length = 0; length < line.length() + 2; length++) {
            assertInstanceOf(Incomplete.class, ProxyHeader.parse(bytes, length, Version.V1));
        }
        assertInstanceOf(Corrupt.class, ProxyHeader.parse(bytes, bytes.length, Version.V2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY TCP3 192.0.2.5 127.0.0.1 6275 1234\r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234     \r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 6275\r\n",
                "PROXY TCP4 \r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 6275 0\r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 65536 1234\r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 +627 1234\r\n",
                "PROXY TCP4 192.0.2.256 127.0.0.1 6275 1234\r\n",
                "PROXY TCP4 ::1 ::1 6275 1234\r\n",
                "PROXY TCP6 192.0.2.5 127.0.0.1 6275 1234\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 6275 1234\r\n",
                "PROXY TCP4 192.0.2.5 127.0.0.1 6275 1234\n",
                "PROXY UNKNOWNX\r\n",
                "\n",
                "GET / HTTP/1.1\r\n",
            })
    void brokenLines(String line) {
        assertInstanceOf(Corrupt.class, parse(text(line)));
    }

    @Test
    void linesAreLimited() {
        byte[] line = new byte[ProxyHeader.LONGEST_V1];
        Arrays.fill(line, (byte) 'x');
        byte[] begin = text("PROXY UNKNOWN ");
        System.arraycopy(begin, 0, line, 0, begin.length);
        assertInstanceOf(Incomplete.class, ProxyHeader.parse(line, line.length - 1, Version.V1));
        assertInstanceOf(Corrupt.class, ProxyHeader.parse(line, line.length, Version.V1));
    }

    @Test
    void addressesOfVersion2() {
        assertEquals(
                new Complete(28, "192.0.2.5:6275", null), parse(binary("2111000c" + IPV4 + "10")));
        assertEquals(
                new Complete(52, "2001:db8::1:6275", null),
                parse(
                        binary(
                                "21210024"
                                        + "20010db8000000000000000000000001"
                                        + "00".repeat(16)
                                        + "18830000")));
        assertEquals(
                new Complete(16 + 5, "/path:0", null),
                parse(binary("21310005" + HexFormat.of().formatHex(text("/path")))));
        assertInstanceOf(Local.class, parse(binary("20000000")));
        assertInstanceOf(Local.class, parse(binary("2000000c" + IPV4)));
    }

    @Test
    void valuesOfTls() {
        String version = "21" + "0007" + HexFormat.of().formatHex(text("TLSv1.3"));
        String name = "22" + "0003" + HexFormat.of().formatHex(text("ppp"));
        String other = "05" + "0002" + "ffff";
        assertEquals(
                new Complete(
                        16 + 12 + 5 + 3 + 5 + 10 + 6,
                        "192.0.2.5:6275",
                        new ProxyHeader.ClientTls(true, "ppp", "TLSv1.3", null)),
                parse(
                        binary(
                                "21110029" // 41
                                        + IPV4
                                        + other
                                        + "200015"
                                        + "0500000000"
                                        + version
                                        + name)));
        // Not verified, and no certificate in this session.
        for (String client : new String[] {"0500000001", "0100000000"}) {
            assertEquals(
                    new Complete(
                            28 + 8,
                            "192.0.2.5:6275",
                            new ProxyHeader.ClientTls(false, null, null, null)),
                    parse(binary("21110014" + IPV4 + "200005" + client)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "3111000c" + IPV4, // version
                "2311000c" + IPV4, // command
                "2101000c" + IPV4, // family
                "2100000c" + IPV4, // family
                "2112000c" + IPV4, // UDP
                "2111000b" + IPV4, // short
                "21110000",
                "21310000",
                "2121000c" + IPV4,
                "21111001" + IPV4, // longer than anything
                "2111000e" + IPV4 + "0500", // cut TLVs
                "21110010" + IPV4 + "05000200",
                "21110010" + IPV4 + "20000121", // TLS too short
                "21110016" + IPV4 + "200007" + "0100000000" + "2100", // cut within TLS
            })
    void brokenHeadersOfVersion2(String rest) {
        assertInstanceOf(Corrupt.class, parse(binary(rest)));
    }

    /// However it is cut: incomplete until it is complete, and then the same.
    @Property
    void noBytesBringAnotherExceptionAndMoreBytesDoNotUndoAVerdict(
            @ForAll byte[] noise, @ForAll boolean isBinary, @ForAll Version version) {
        byte[] begin = isBinary ? binary("2111") : text("PROXY TCP4 1.2.3.4 ");
        byte[] all = Arrays.copyOf(begin, begin.length + noise.length);
        System.arraycopy(noise, 0, all, begin.length, noise.length);
        Result verdict = new Incomplete();
        for (int length = 0; length <= all.length; length++) {
            Result now = ProxyHeader.parse(all, length, version);
            if (!(verdict instanceof Incomplete)) {
                assertEquals(verdict, now);
            }
            if (now instanceof Complete complete) {
                assertTrue(complete.length() <= length);
            }
            verdict = now;
        }
    }
}
