package io.hawkermq.mosquitto.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
    // Written by mosquitto_passwd.
    private static final String ALICE =
            "alice:$7$101$NNY1VsKsLL5Uf3Fr$UevK9pzQmGp1SnW5lI5sQXGDLELKIHEL9TfJsMhjNiIYC2A00LV2pkaNJCxX5ikEAoGZsJdJdfFSealrqciVXA==";
    private static final String BOB =
            "bob:$7$101$6V7506RqfiYk/4vj$fjXzb12jrsTcEGwX8MxwfLRZ6MNdUzSmjQiqplpIR2MSpaanzTq9P9jDNVY/z/mGI0X80QHsiDvgijwBFsZSOQ==";

    private static final String SALT_64 =
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw";

    static PasswordFile file(String... lines) throws AccessFileException {
        return PasswordFile.parse("pw", String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String fault(String... lines) {
        return Objects.requireNonNull(
                assertThrows(AccessFileException.class, () -> file(lines)).getMessage());
    }

    @Test
    void readsWhatMosquittoWrites() throws Exception {
        PasswordFile file = file(ALICE, BOB, "");
        assertEquals(Set.of("alice", "bob"), file.users());
        assertTrue(file.verify("alice", utf8("secret")));
        assertTrue(file.verify("bob", utf8("hunter 2")));
        assertFalse(file.verify("alice", utf8("hunter 2")));
        assertFalse(file.verify("alice", utf8("secret ")));
        assertFalse(file.verify("alice", utf8("")));
        assertFalse(file.verify("Alice", utf8("secret")));
        assertFalse(file.verify("nobody", utf8("secret")));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                // From another implementation of SHA-512 and PBKDF2.
                "$6$AAECAwQFBgcICQoL$JqsxEv/ucyxjA5DKsQ+Y8CDWaQDNQI9FpAkmfwAqWfwZLk/JEGgM0EpylrJHAZKKyFQjJeZ3nFaHjPzOzPPmPw==, secret",
                "$6$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==$wEYf8F4/yHDmlCt3YmMXwFi//Ux0IOce8NucN+r/9QAuqoVaYz7SU9131YSsyqLHn9NUpM/F4yTaDANhOFpYTQ==, secret",
                "$7$1$AAECAwQFBgcICQoL$bdH7l7sgPaNRIMTFx91Nx4T0QY+VinIGrPJB18LN9R6ZmC5BazhvngmmjGtmdtmEAdcVZkTZuqNZTnNujVrTKw==, \"\"",
            })
    void readsEachKind(String hash, String password) throws Exception {
        PasswordFile file = file("u:" + hash);
        assertTrue(file.verify("u", utf8(password)));
        assertFalse(file.verify("u", utf8(password + "x")));
        assertEquals(hash, Objects.requireNonNull(file.hash("u")).encoded());
    }

    /// From the reference implementation of RFC 9106.
    @Test
    void readsArgon2id() throws Exception {
        String mosquittos =
                "$argon2id$v=19$m=47104,t=1,p=1$"
                        + SALT_64
                        + "$jN8KVtBuy9rOg+xx4HEO7K//Ei2hf4aegEDgCD4okj4rugUys2dVUsAyHcBFDFrGlWl198NIEs4dtHiTXPgqvA";
        PasswordFile file =
                file(
                        "a:" + mosquittos,
                        "b:$argon2id$v=19$m=1024,t=2,p=2$MDEyMzQ1Njc4OWFiY2RlZg$kD6Ff532Cbt6SQPmpTus2D+/sTR+NPQzhYIlYmWaIV0",
                        "c:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$u92PDRV5OTb52zs6jDR6U9M3uXHqbBOhxlym6h0zlenfIAxnIehEJ54uLRA0QD+FMLj58giTGxqRXR6phAmDzg");
        assertTrue(file.verify("a", utf8("secret")));
        assertFalse(file.verify("a", utf8("Secret")));
        assertTrue(file.verify("b", utf8("pässwörd")));
        assertTrue(file.verify("c", utf8("")));
        assertFalse(file.verify("nobody", utf8("secret")));
        assertEquals(mosquittos, Objects.requireNonNull(file.hash("a")).encoded());
    }

    @Test
    void passwordsAreBytes() throws Exception {
        byte[] password = {(byte) 0xFF, 0, 's', 'e', 'c', 'r', 'e', 't'};
        PasswordFile file =
                file(
                        "u:$7$1000$"
                                + SALT_64
                                + "==$9dkaRgysg4j/0J/eyveCg4ce98gEVNzxSbyIAaFMH6B9CGJ2a923D3kkVGJPIWeopXTR/2YhBcRsobtBfqztgw==");
        assertTrue(file.verify("u", password));
        password[1] = 1;
        assertFalse(file.verify("u", password));
    }

    @Test
    void writesWhatItReads() throws Exception {
        SecureRandom random = new SecureRandom();
        PasswordHash pbkdf2 =
                PasswordHash.pbkdf2(utf8("one"), PasswordHash.DEFAULT_ITERATIONS, random);
        PasswordHash argon2 = PasswordHash.argon2id(utf8("two"), random);
        assertTrue(pbkdf2.encoded().startsWith("$7$1000$"), pbkdf2.encoded());
        assertTrue(
                argon2.encoded().startsWith("$argon2id$v=19$m=47104,t=1,p=1$"), argon2.encoded());
        PasswordFile file = file(PasswordFile.line("a", pbkdf2), PasswordFile.line("b c", argon2));
        assertTrue(file.verify("a", utf8("one")));
        assertTrue(file.verify("b c", utf8("two")));
        assertFalse(file.verify("b c", utf8("one")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a:b", "#a", " a", "a\n", "a\u0007b"})
    void writesNoNameThatItWouldNotRead(String user) {
        PasswordHash hash = PasswordHash.pbkdf2(utf8("x"), 1, new SecureRandom());
        assertThrows(IllegalArgumentException.class, () -> PasswordFile.line(user, hash));
    }

    @Test
    void commentsAndLinesWithoutColonAreNothing() throws Exception {
        PasswordFile file = file("# alice:x", "", "   ", "no colon here", ALICE + " \r", "#");
        assertEquals(Set.of("alice"), file.users());
        assertTrue(file.verify("alice", utf8("secret")));
        assertEquals(1, file.notices().size());
        assertTrue(file.notices().getFirst().startsWith("pw:4: "), file.notices().toString());
    }

    @Test
    void refusesPlainTextWithoutRepeatingIt() {
        String message = fault("# mine", ALICE, "carol:hunter2");
        assertEquals(
                "pw:3: Unable to decode line in password file: user 'carol': read was a password in"
                        + " plain text (7 characters), allowed is a hash that begins with $6$, $7$"
                        + " or $argon2id$, as mosquitto_passwd writes it",
                message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "u:|has no hash",
                "'u:  '|read was nothing",
                ":|Empty username",
                "' : $6$a$b'|Empty username",
                "u:$5$abc$def|begins with $5$",
                "u:$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$eA|begins with $argon2i$",
                "u:$6$AAECAwQFBgcICQoL|1 part, allowed is $6$SALT$HASH",
                "u:$7$x$AAECAwQFBgcICQoL$eA|the number of iterations is 'x'",
                "u:$7$0$AAECAwQFBgcICQoL$eA|from 1 to 10000000",
                "u:$7$1$AAEC$eA|the salt has 3 bytes, allowed are 12 or 64",
                "u:$7$1$AAECAwQFBgcICQoL$eA|the hash has 1 bytes, allowed are 64",
                "u:$7$1$!$eA|the salt is not Base64",
                "u:$argon2id$v=16$m=64,t=1,p=1$c2FsdHNhbHQ$eA|'v=16$m=64,t=1,p=1'",
                "u:$argon2id$v=19$m=1,t=1,p=1$c2FsdHNhbHQ$eA|m is '1', allowed is a number from 8",
                "u:$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$eA|to 1048576",
                "u:$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$eA|the hash has 1 bytes",
            })
    void saysWhatIsWrong(String line, String expected) {
        String message = fault("#", line);
        assertTrue(message.startsWith("pw:2: "), message);
        assertTrue(message.contains(expected), message);
    }

    @Test
    void refusesDuplicates() {
        assertEquals(
                "pw:2: Duplicate user 'alice' in password file: allowed is one line for each user",
                fault(ALICE, ALICE));
    }

    @Test
    void refusesWhatIsNotText() {
        assertTrue(fault(ALICE, "a\0:b").startsWith("pw:2: a null byte"));
        AccessFileException e =
                assertThrows(
                        AccessFileException.class,
                        () -> PasswordFile.parse("pw", new byte[] {'#', (byte) 0xC3}));
        assertEquals(1, e.line());
    }

    @Test
    void namesAFileThatCannotBeRead(@TempDir Path folder) throws Exception {
        Path missing = folder.resolve("none");
        AccessFileException e =
                assertThrows(AccessFileException.class, () -> PasswordFile.read(missing));
        assertEquals(missing + ": the file does not exist", e.getMessage());
        assertThrows(AccessFileException.class, () -> PasswordFile.read(folder));
        Path present = Files.writeString(folder.resolve("pw"), ALICE);
        assertTrue(PasswordFile.read(present).verify("alice", utf8("secret")));
    }

    /// An unknown user must cost what a known one costs: the same number of iterations.
    @Test
    void unknownUsersTakeAsLong() throws Exception {
        PasswordHash slow = PasswordHash.pbkdf2(utf8("x"), 20_000, new SecureRandom());
        PasswordFile file = file(PasswordFile.line("known", slow));
        long known = Long.MAX_VALUE;
        long unknown = Long.MAX_VALUE;
        for (int i = 0; i < 12; i++) {
            known = Math.min(known, nanos(file, "known"));
            unknown = Math.min(unknown, nanos(file, "unknown"));
        }
        assertTrue(
                unknown > known / 2 && unknown < known * 2,
                "known " + known + " ns, unknown " + unknown + " ns");
    }

    /// CPU time: what else the machine does meanwhile says nothing.
    private static long nanos(PasswordFile file, String user) {
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        long start = thread.getCurrentThreadCpuTime();
        assertFalse(file.verify(user, utf8("wrong")));
        return thread.getCurrentThreadCpuTime() - start;
    }

    @Test
    void anEmptyFileLetsNobodyIn() throws Exception {
        assertFalse(file("").verify("", utf8("")));
        assertFalse(file("").verify("a", utf8("a")));
    }
}
