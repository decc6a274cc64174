package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TopicNamesTest {
    private final TopicNames names = new TopicNames();

    private TopicName at(String text) throws MalformedPacketException {
        byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
        return names.at(bytes, 1, bytes.length - 1);
    }

    @Test
    void aNameThatWasSeenIsTheSameObject() throws MalformedPacketException {
        TopicName first = at("a/b");
        assertEquals("a/b", first.toString());
        at("a/c");
        assertSame(first, at("a/b"));
    }

    @Test
    void longNamesAreNotKept() throws MalformedPacketException {
        String longest = "n".repeat(256);
        assertSame(at(longest), at(longest));
        assertNotSame(at(longest + "n"), at(longest + "n"));
    }

    @Test
    void growsUntilTheNamesInUseFitAndNotForThoseThatComeOnce() throws MalformedPacketException {
        int start = names.places();
        for (int i = 0; i < 500; i++) {
            at("few/" + i);
        }
        assertEquals(start, names.places());
        TopicName[] seen = new TopicName[20_000];
        int kept = 0;
        for (int round = 0; round < 40; round++) {
            kept = 0;
            for (int i = 0; i < seen.length; i++) {
                TopicName name = at("many/" + i);
                assertEquals("many/" + i, name.toString());
                kept += name == seen[i] ? 1 : 0;
                seen[i] = name;
            }
        }
        assertTrue(kept > 16_000, kept + " of 20000 were kept");
        assertTrue(names.places() <= 65_536, names.places() + " places");
        int places = names.places();
        for (int i = 0; i < 500_000; i++) {
            at("endless/" + i);
        }
        assertEquals(places, names.places());
        int left = 0;
        for (int i = 0; i < seen.length; i++) {
            left += at("many/" + i) == seen[i] ? 1 : 0;
        }
        assertTrue(left > 0.95 * kept, left + " of " + kept + " are there after many others");
    }
}
