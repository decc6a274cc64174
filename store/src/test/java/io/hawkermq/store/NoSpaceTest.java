package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

class NoSpaceTest {
    private static EngineException.Kind kind(Status.SubCode subCode, String state) {
        Status status = new Status(Status.Code.IOError, subCode, state);
        return RocksEngine.failed(new RocksDBException(status)).kind();
    }

    @ParameterizedTest
    @CsvSource({
        "NoSpace, While appending to file: x.log: whatever, FULL",
        "None, While appending to file: x.log: No space left on device, FULL",
        "None, While appending to file: x.log: Disk quota exceeded, FULL",
        "None, While appending to file: x.log: Input/output error, INPUT_OUTPUT"
    })
    void aQuotaThatIsUsedUpIsAFullDisk(
            Status.SubCode subCode, String state, EngineException.Kind kind) {
        assertEquals(kind, kind(subCode, state));
    }

    @Test
    void theSystemsWordsCountInAnyLanguage() {
        NoSpace german =
                new NoSpace(number ->
                        number == 28
                                ? "Auf dem Gerät ist kein Speicherplatz mehr verfügbar"
                                : "Der zugewiesene Plattenplatz (Quota) ist überschritten");
        assertTrue(german.isTold("x.log: Auf dem Gerät ist kein Speicherplatz mehr verfügbar"));
        assertTrue(german.isTold("x: Der zugewiesene Plattenplatz (Quota) ist überschritten"));
        assertTrue(german.isTold("x: No space left on device")); // RocksDB may have its own words
        assertFalse(german.isTold("x.log: Eingabe-/Ausgabefehler"));
        assertFalse(new NoSpace(_ -> "").isTold("x.log: Input/output error"));
    }

    @Test
    void theSystemsWordsAreFound() {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "this system has no file that is always full");
        IOException e =
                assertThrows(
                        IOException.class,
                        () -> {
                            try (FileOutputStream out = new FileOutputStream(full.toFile())) {
                                out.write(1);
                            }
                        });
        String said = String.valueOf(e.getMessage());
        assertTrue(said.contains(NoSpace.words(28)) && !NoSpace.words(28).isEmpty(), said);
        assertTrue(NoSpace.words(122).toLowerCase(Locale.ROOT).contains("quota"));
    }
}
