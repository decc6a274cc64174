package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.provider.MethodSource;

/// The readers under coverage-guided fuzzing: whatever a file holds, it is accepted or refused with
/// one line that names file and line. In a build they read their seeds once; to go on looking:
///
/// ```
/// JAZZER_FUZZ=1 mvn -pl mosquitto -am test -Dtest=AccessFilesFuzzTest
/// ```
class AccessFilesFuzzTest {
    static Stream<byte[]> seeds() {
        return Stream.of(
                        "0# c\nu:$7$1$AAECAwQFBgcICQoL$bdH7l7sgPaNRIMTFx91Nx4T0QY+VinIGrPJB18LN9R6ZmC5BazhvngmmjGtmdtmEAdcVZkTZuqNZTnNujVrTKw==\n",
                        "0a:$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==",
                        "0c:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$u92PDRV5OTb52zs6jDR6U9M3uXHqbBOhxlym6h0zlenfIAxnIehEJ54uLRA0QD+FMLj58giTGxqRXR6phAmDzg",
                        "1topic read $SYS/#\nuser roger\ntopic deny a/+/b c\npattern write s/%u/%c\n#\ntopic subscribe +/#",
                        "0c:$argon2id\u0001v=19$m=64,t=1,p=1$c2FsdHNhbHQ$eA", // was repeated in a
                        // message once
                        "2id:deadbeef\n# x\nid:0\n")
                .map(s -> s.getBytes(StandardCharsets.UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10m")
    void anyBytes(byte[] input) {
        if (input.length > 0) {
            read(input[0], Arrays.copyOfRange(input, 1, input.length));
        }
    }

    @Property(tries = 3_000)
    void anyText(@ForAll String text, @ForAll byte which) {
        read(which, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Seeds with a few bytes changed, which reach deeper than chance does.
    @Property(tries = 5_000)
    void damagedFiles(@ForAll int which, @ForAll int at, @ForAll byte value, @ForAll int cut) {
        byte[][] seeds = seeds().toArray(byte[][]::new);
        byte[] seed = seeds[Math.floorMod(which, seeds.length)];
        byte[] file = Arrays.copyOfRange(seed, 1, seed.length - Math.floorMod(cut, 3));
        file[Math.floorMod(at, file.length)] = value;
        read(seed[0], file);
    }

    private static void read(byte which, byte[] content) {
        try {
            switch (which & 3) {
                case 0 -> assertNotNull(PasswordFile.parse("f", content).users());
                case 1 -> {
                    AccessList list = AccessList.parse("f", content);
                    TopicName topic = TopicName.of("a/b/c");
                    for (AccessAction action : AccessAction.values()) {
                        assertNotNull(list.explain("roger", "c", "a/b/c", action));
                    }
                    boolean may = list.mayPublish("c", "roger", topic);
                    boolean explained =
                            list.explain("roger", "c", "a/b/c", AccessAction.PUBLISH).isAllowed();
                    assertTrue(may == explained);
                }
                default -> assertNotNull(PskFile.parse("f", content).identities());
            }
        } catch (AccessFileException e) {
            String message = Objects.requireNonNull(e.getMessage());
            assertTrue(message.startsWith("f:" + e.line() + ": "), message);
            assertTrue(message.chars().noneMatch(Character::isISOControl), message);
        }
    }
}
