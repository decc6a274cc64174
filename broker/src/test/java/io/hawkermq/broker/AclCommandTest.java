package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AclCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private static String run(String... words) throws Arguments.WrongException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AclCommand.run(List.of(words), new PrintStream(out, true, StandardCharsets.UTF_8));
        return out.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    private String file(String content) throws Exception {
        return Files.writeString(folder.resolve("home.acl"), content).toString();
    }

    @Test
    void saysWhichLineDecides() throws Exception {
        String file =
                file("topic read news\nuser roger\ntopic read home/#\npattern write dev/%c\n");
        assertEquals(
                """
                publish home/a: denied: no line for the user 'roger' matches, and no pattern
                receive home/a: allowed by %1$s:3: topic read home/#
                subscribe home/a: allowed: the file has no 'subscribe' line, so every subscription is accepted and each delivery is checked
                """
                        .formatted(file),
                run("explain", "roger", "c1", "home/a", "--acl", file));
        assertTrue(
                run("explain", "--acl", file, "-", "c1", "dev/c1")
                        .startsWith("publish dev/c1: allowed by " + file + ":4: pattern write"));
        assertTrue(run("explain", "-", "c", "a/#", "--acl", file).startsWith("subscribe a/#: "));
        assertTrue(run("--help").startsWith("Usage: hawker acl explain"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "explain",
                "explain u c t",
                "explain u c t --acl",
                "explain u c a#b --acl FILE",
                "forget u c t --acl FILE",
                "explain u c t --acl none.acl",
                "explain u c t --acl BROKEN",
            })
    void wrongCommandsAreRefusedInOneLine(String line) throws Exception {
        String good = file("topic a");
        String broken = Files.writeString(folder.resolve("broken.acl"), "topics a").toString();
        String[] words =
                line.isEmpty()
                        ? new String[0]
                        : line.replace("FILE", good).replace("BROKEN", broken).split(" ");
        Arguments.WrongException e = assertThrows(Arguments.WrongException.class, () -> run(words));
        assertTrue(Objects.requireNonNull(e.getMessage()).lines().count() == 1, e.getMessage());
    }
}
