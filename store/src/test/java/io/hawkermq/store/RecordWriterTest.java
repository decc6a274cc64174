package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RecordWriterTest {
    @Test
    void anArrayGrowsToTwiceItsLengthUpToWhatThereIs() {
        assertEquals(2_000, RecordWriter.capacity(1_000, 1_001));
        assertEquals(5_000, RecordWriter.capacity(1_000, 5_000));
        int gibibyte = 1 << 30;
        int most = Integer.MAX_VALUE - 8;
        assertEquals(most, RecordWriter.capacity(gibibyte, gibibyte + 1L));
        assertEquals(most, RecordWriter.capacity(gibibyte, most));
        IllegalStateException e =
                assertThrows(
                        IllegalStateException.class, () -> RecordWriter.capacity(most, most + 1L));
        assertEquals(
                "what is to be written at once has more than 2 GiB, which cannot be",
                e.getMessage());
    }
}
