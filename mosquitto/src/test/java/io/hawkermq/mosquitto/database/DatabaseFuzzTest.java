package io.hawkermq.mosquitto.database;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// The reader under coverage-guided fuzzing. In a build it reads its seeds once; with
/// `JAZZER_FUZZ=1` in the environment it goes on looking for ten minutes:
///
/// ```
/// JAZZER_FUZZ=1 mvn -pl mosquitto -am test -Dtest=DatabaseFuzzTest -Dsurefire.failIfNoSpecifiedTests=false
/// ```
class DatabaseFuzzTest {
    static Stream<byte[]> seeds() {
        return IntStream.rangeClosed(2, 6).mapToObj(v -> DatabaseDamageTest.whole(v).bytes());
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] input) {
        DatabaseDamageTest.readAnything(input);
    }
}
