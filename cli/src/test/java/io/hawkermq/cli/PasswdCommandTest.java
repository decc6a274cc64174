package io.hawkermq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.mosquitto.access.PasswordFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PasswdCommandTest {
    @TempDir Path folder = Path.of("");
    private String file = "";

    @BeforeEach
    void name() {
        file = folder.resolve("passwords").toString();
    }

    private static Captured run(int status, String input, String... words) {
        Captured c = Captured.with(input, Map.of());
        assertEquals(status, PasswdCommand.run(List.of(words), c.io()), c.errors());
        return c;
    }

    private boolean accepts(String user, String password) throws Exception {
        return PasswordFile.read(Path.of(file))
                .verify(user, password.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachHashIsUnderstoodByTheBroker() throws Exception {
        run(0, "", "-c", "-b", file, "a", "1");
        run(0, "", "-b", "-H", "argon2id", file, "b", "2");
        run(0, "", "-b", "-H", "sha512", file, "c", "3");
        run(0, "", "-b", "-H", "sha512-pbkdf2", "-I", "7", file, "d", "4");
        String text = Files.readString(Path.of(file));
        assertTrue(text.contains("\nb:$argon2id$") && text.contains("\nc:$6$"), text);
        assertTrue(text.contains("\nd:$7$7$"), text);
        assertTrue(accepts("a", "1") && accepts("b", "2") && accepts("c", "3"));
        assertTrue(accepts("d", "4") && !accepts("d", "5"));
    }

    @Test
    void usersAreChangedAndDeletedInPlace() throws Exception {
        run(0, "", "-c", "-b", file, "a", "1");
        assertEquals("Adding password for user b\n", run(0, "", "-b", file, "b", "2").output());
        assertEquals("Updating password for user a\n", run(0, "", "-b", file, "a", "3").output());
        assertTrue(Files.readString(Path.of(file)).startsWith("a:"));
        assertTrue(accepts("a", "3") && accepts("b", "2"));
        run(0, "", "-D", file, "a");
        assertTrue(Files.readString(Path.of(file)).startsWith("b:"));
        assertEquals(
                "Warning: User a not found in password file.\n",
                run(1, "", "-D", file, "a").errors());
    }

    @Test
    void newFilesAreTheirOwnersAndOldOnesKeepTheirPermissions() throws IOException {
        run(0, "", "-c", "-b", file, "a", "1");
        Path path = Path.of(file);
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r-----"));
        run(0, "", "-b", file, "b", "1");
        assertEquals(
                "rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        try (var files = Files.list(folder)) {
            assertEquals(1, files.count(), "nothing is left beside it");
        }
    }

    @Test
    void passwordsAreAskedForTwice() throws Exception {
        Captured c = run(0, "one\none\n", "-c", file, "a");
        assertEquals("Password: \nReenter password: \nAdding password for user a\n", c.output());
        assertTrue(accepts("a", "one"));
        assertEquals("Error: Passwords do not match.\n", run(2, "one\ntwo\n", file, "a").errors());
        assertEquals("Error: Empty password.\n", run(1, "\n", file, "a").errors());
        assertEquals("Error: Empty password.\n", run(1, "", file, "a").errors());
        assertTrue(accepts("a", "one"));
    }

    @Test
    void plainFilesAreHashed() throws Exception {
        Files.writeString(Path.of(file), "a:1\nb: two \n");
        run(0, "", "-U", file);
        assertTrue(accepts("a", "1") && accepts("b", "two"));
        Files.writeString(Path.of(file), "a:1\nnonsense\n");
        assertEquals("Error: Corrupt password file at line 2.\n", run(1, "", "-U", file).errors());
        assertEquals("a:1\nnonsense\n", Files.readString(Path.of(file)));
    }

    @Test
    void commentsAndEmptyLinesStay() throws Exception {
        Files.writeString(Path.of(file), "# of the house: all\na:1\n\n# no colon\nb:2\n");
        run(0, "", "-U", file);
        run(0, "", "-b", file, "b", "3");
        run(0, "", "-b", file, "c", "4");
        run(0, "", "-D", file, "a");
        String text = Files.readString(Path.of(file));
        assertTrue(text.startsWith("# of the house: all\n\n# no colon\nb:$7$"), text);
        assertTrue(accepts("b", "3") && accepts("c", "4") && !accepts("a", "1"));
        Files.writeString(Path.of(file), "# nobody\n");
        assertEquals(
                "Error: There is no user in the password file.\n", run(1, "", "-U", file).errors());
        run(1, "", "-D", file, "");
        assertEquals("# nobody\n", Files.readString(Path.of(file)));
    }

    @Test
    void whatIsHashedIsNotHashedAgain() throws Exception {
        run(0, "", "-c", "-b", "-H", "argon2id", file, "a", "1");
        run(0, "", "-b", "-H", "sha512", file, "b", "2");
        run(0, "", "-b", file, "c", "3");
        Files.writeString(Path.of(file), "d:$7$4\n", java.nio.file.StandardOpenOption.APPEND);
        run(0, "", "-U", file);
        assertTrue(accepts("a", "1") && accepts("b", "2") && accepts("c", "3"));
        assertTrue(accepts("d", "$7$4"), "a plain password may begin like a hash");
    }

    @Test
    void namesThatNoBrokerReadsAgainAreRefused() throws Exception {
        run(0, "", "-c", "-b", file, "a", "1");
        String before = Files.readString(Path.of(file));
        assertEquals(
                "Error: Username must not be empty.\n", run(1, "", "-b", file, "", "1").errors());
        assertEquals(
                "Error: Username must not begin with '#', it would be a comment.\n",
                run(1, "", "-b", file, "#b", "1").errors());
        assertEquals(
                "Error: Username must not begin or end with white space.\n",
                run(1, "", "-c", "-b", file, "b ", "1").errors());
        assertEquals(before, Files.readString(Path.of(file)));
    }

    @Test
    void whatIsWrongIsSaid() {
        assertEquals(
                "Error: -c and -D cannot be used together.\n",
                run(1, "", "-c", "-D", file, "a").errors());
        assertEquals(
                "Error: Unknown hash type 'md5'\n", run(1, "", "-H", "md5", file, "a").errors());
        assertEquals(
                "Error: Number of iterations must be > 0.\n",
                run(1, "", "-I", "0", file, "a").errors());
        assertEquals(
                "Error: Username must not contain the ':' character.\n",
                run(1, "", "-c", "-b", file, "a:b", "c").errors());
        assertEquals(
                "Error: -D argument given but password file or username missing.\n",
                run(1, "", "-D", file).errors());
        assertEquals(
                "Error: Unable to open password file " + file + ". No such file or directory.\n",
                run(1, "", "-b", file, "a", "b").errors());
    }

    @Test
    void dashIsTheStandardOutput() {
        assertTrue(run(0, "", "-c", "-b", "-", "a", "b").output().startsWith("a:$7$"));
    }
}
