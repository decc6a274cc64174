package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteWriterTest {
    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7f",
        "128, 80 01",
        "16383, ff 7f",
        "16384, 80 80 01",
        "2097151, ff ff 7f",
        "2097152, 80 80 80 01",
        "268435455, ff ff ff 7f"
    })
    void variableByteIntegersTakeTheFewestBytes(int value, String hex) {
        // Table 1-1 of the specification.
        ByteWriter out = new ByteWriter(0, 4);
        out.writeVariable(value);
        assertEquals(hex, Bytes.hex(Bytes.written(out)));
        assertEquals(out.length(), ByteWriter.sizeOfVariable(value));
    }

    @Test
    void growsUpToItsLimitAndNoFurther() {
        ByteWriter out = new ByteWriter(0, 100);
        for (int i = 0; i < 100; i++) {
            out.writeByte(i);
        }
        assertEquals(100, out.array().length);
        assertThrows(IllegalStateException.class, () -> out.writeByte(1));
        assertEquals(100, out.length());
        out.truncate(99);
        assertThrows(IllegalStateException.class, () -> out.writeTwoBytes(1));
        out.writeByte(7);
        assertEquals(7, out.array()[99]);
    }

    @Test
    void resetKeepsOnlyWhatItMay() {
        ByteWriter out = new ByteWriter(64, 1_000);
        byte[] array = out.array();
        out.writeByte(1);
        out.reset(64);
        assertTrue(out.isEmpty());
        assertEquals(array, out.array());
        out.reset(63);
        assertEquals(0, out.array().length);
        out.writeByte(2);
        assertFalse(out.isEmpty());
    }

    @Test
    void textIsUtf8() {
        ByteWriter out = new ByteWriter(0, 100);
        out.writeText("aé€😀");
        assertEquals("00 0a 61 c3 a9 e2 82 ac f0 9f 98 80", Bytes.hex(Bytes.written(out)));
    }

    @Test
    void whatIsQuotedCanBeReadAndWritten() {
        assertEquals("'aU+001B[2J'", Utf8.quoted("a\u001B[2J"));
        String quoted = Utf8.quoted("x".repeat(99) + "😀😀");
        assertEquals("'" + "x".repeat(99) + "...'", quoted);
        assertNull(Utf8.faultOf(quoted));
    }
}
