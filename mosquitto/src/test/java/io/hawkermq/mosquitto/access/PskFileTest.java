package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PskFileTest {
    private static PskFile file(String... lines) throws AccessFileException {
        return PskFile.parse("psk", String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsKeys() throws Exception {
        PskFile file = file("# keys", "", "nothing", "psk-id:deadBEEF", " b c : abc \r");
        assertEquals(Set.of("psk-id", "b c"), file.identities());
        assertArrayEquals(
                new byte[] {(byte) 0xDE, (byte) 0xAD, (byte) 0xBE, (byte) 0xEF},
                file.key("psk-id"));
        assertArrayEquals(new byte[] {0x0A, (byte) 0xBC}, file.key("b c"));
        assertNull(file.key("nobody"));
    }

    @Test
    void theFirstLineOfAnIdentityCounts() throws Exception {
        PskFile file = file("a:01", "a:02");
        assertArrayEquals(new byte[] {1}, file.key("a"));
        assertEquals(
                "psk:2: the identity 'a' has a key already; this line is ignored",
                file.notices().getFirst());
    }

    @Test
    void keysCannotBeChanged() throws Exception {
        PskFile file = file("a:01");
        Objects.requireNonNull(file.key("a"))[0] = 9;
        assertArrayEquals(new byte[] {1}, file.key("a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:|Empty psk for identity 'a'",
                ":01|Empty psk for identity '01'",
                "' : 01'|Empty identity",
                "a:0x01|psk for identity 'a' contains non-hexadecimal characters",
            })
    void saysWhatIsWrong(String line, String expected) {
        AccessFileException e = assertThrows(AccessFileException.class, () -> file("#", line));
        assertTrue(e.toString().contains("psk:2: " + expected), e.toString());
    }

    @Test
    void keysHaveALimit() throws Exception {
        String longest = "0".repeat(2 * PskFile.LONGEST_KEY);
        assertEquals(
                PskFile.LONGEST_KEY, Objects.requireNonNull(file("a:" + longest).key("a")).length);
        assertThrows(AccessFileException.class, () -> file("a:" + longest + "0"));
    }

    /// What OpenSSL makes of the digits after the pairs of zeros that Mosquitto keeps.
    @Test
    void zerosBeforeAnOddNumberOfDigits() {
        for (String pair :
                List.of(
                        "abc 0abc",
                        "0abcd abcd",
                        "00abc 000abc",
                        "00abcde 000abcde",
                        "000abcd 00abcd",
                        "0 ",
                        "000 00")) {
            String[] both = pair.split(" ", -1);
            assertEquals(both[1], HexFormat.of().formatHex(PskFile.bytes(both[0])), both[0]);
        }
    }
}
