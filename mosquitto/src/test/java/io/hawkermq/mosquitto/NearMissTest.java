package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearMissTest {
    private static final int FAR = 100;

    @Test
    void lettersAreInsertedDeletedReplacedAndSwapped() {
        assertEquals(1, NearMiss.distance("listner", "listener", FAR));
        assertEquals(1, NearMiss.distance("listtener", "listener", FAR));
        assertEquals(1, NearMiss.distance("lostener", "listener", FAR));
        assertEquals(1, NearMiss.distance("lsitener", "listener", FAR));
        assertEquals(0, NearMiss.distance("", "", FAR));
    }

    @Test
    void onlyWhatIsCloseIsProposed() {
        assertEquals(Optional.of("abcdef"), NearMiss.of("abcdxx", List.of("zzz", "abcdef")));
        assertEquals(Optional.empty(), NearMiss.of("abcxxx", List.of("zzz", "abcdef")));
        assertEquals(Optional.empty(), NearMiss.of("x".repeat(65), List.of("x".repeat(65))));
    }

    @Property
    boolean theDistanceIsTheSameBothWays(
            @ForAll @AlphaChars @StringLength(max = 8) String a,
            @ForAll @AlphaChars @StringLength(max = 8) String b) {
        return NearMiss.distance(a, b, FAR) == NearMiss.distance(b, a, FAR);
    }

    @Property
    void aWordIsFoundWithOneLetterMissing(@ForAll("names") String name) {
        String without = name.substring(0, 2) + name.substring(3);
        assertTrue(NearMiss.of(without, Options.names()).isPresent());
    }

    @net.jqwik.api.Provide
    net.jqwik.api.Arbitrary<String> names() {
        return net.jqwik.api.Arbitraries.of(Options.names()).filter(n -> n.length() > 4);
    }
}
