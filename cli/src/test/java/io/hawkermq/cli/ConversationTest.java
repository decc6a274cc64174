package io.hawkermq.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What tools say and with which status they end, before a server that answers by rote.
class ConversationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());

    ConversationTest() throws IOException {}

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /// Answers the packets of one connection, each with the next of `answers` in hexadecimal.
    private void answer(String... answers) {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try (Socket socket = server.accept()) {
                        DataInputStream in = new DataInputStream(socket.getInputStream());
                        OutputStream out = socket.getOutputStream();
                        for (String answer : answers) {
                            skipPacket(in);
                            out.write(HexFormat.of().parseHex(answer.replace(" ", "")));
                        }
                        in.transferTo(OutputStream.nullOutputStream());
                    } catch (IOException e) {
                        // The tool says what has come of it.
                    }
                });
    }

    /// All packets here are short.
    private static void skipPacket(DataInputStream in) throws IOException {
        in.readByte();
        in.skipNBytes(in.readByte());
    }

    private List<String> words(String words) {
        List<String> all =
                new ArrayList<>(
                        List.of("-h", "127.0.0.1", "-p", Integer.toString(server.getLocalPort())));
        all.addAll(Arrays.asList(words.split(" ")));
        return all;
    }

    @ParameterizedTest
    @CsvSource({"20 02 00 00, 40 02 00 01, 311, 0", "20 03 00 00 00, 40 03 00 01 10, 5, 16"})
    void pubackIsSaidWithItsReasonCode(String connack, String puback, String version, int code) {
        answer(connack, puback);
        Captured c = Captured.empty();
        assertEquals(0, PubCommand.run(words("-t t -m m -q 1 -d -i me -V " + version), c.io()));
        String line = "Client me received PUBACK (Mid: 1, RC:" + code + ")\n";
        assertTrue(c.output().contains(line), c.output());
    }

    /// Several times: a process that is asked to end too late to matter shows nothing.
    @RepeatedTest(5)
    void aSignalInTheMidstOfTheEndDoesNotChangeTheExitStatus() throws Exception {
        answer("20 02 00 00", "90 03 00 01 00 30 04 00 01 74 78");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "io.hawkermq.cli.Main",
                                "sub"));
        command.addAll(words("-t t -C 1"));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertEquals("x", process.inputReader().readLine());
            process.destroy(); // SIGTERM, after the last message
            assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Tool.class,
            names = {"SUB", "RR"})
    void timeOutIsAllThatIsSaid(Tool tool) throws Exception {
        String connack = "20 03 00 00 00";
        String suback = "90 04 00 01 00 00";
        answer(connack, suback);
        Captured c = Captured.empty();
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread reader =
                Thread.ofPlatform()
                        .daemon()
                        .uncaughtExceptionHandler((thread, e) -> thrown.set(e))
                        .start(() -> {
                            if (tool == Tool.SUB) {
                                SubCommand.run(words("-V 5 -t t -W 1"), c.io());
                            } else {
                                RrCommand.run(words("-V 5 -t t -e e -m m -W 1"), c.io());
                            }
                        });
        int status = statusOf(c);
        assertEquals(Connecting.TIMED_OUT, status);
        assertTimeoutPreemptively(
                PATIENCE,
                () -> {
                    while (reader.isAlive() && !isIn(reader, "forever")) {
                        Thread.onSpinWait();
                    }
                });
        assertEquals(null, thrown.get());
        assertTrue(reader.isAlive());
        assertEquals("Timed out\n", c.errors());
    }

    @Test
    void aRequestIsTracedWithItsAcknowledgement() {
        String message = "32 07 00 01 65 00 07 00 61";
        answer("20 03 00 00 00", "90 04 00 01 00 01", message + "40 02 00 02");
        Captured c = Captured.empty();
        int status = RrCommand.run(words("-t t -e e -m m -q 1 -d -i me"), c.io());
        assertEquals(0, status, c.errors());
        assertTrue(
                c.output()
                        .endsWith(
                                """
                                a
                                Client me received PUBACK (Mid: 2, RC:0)
                                Client me sending DISCONNECT
                                """),
                c.output());
        assertFalse(c.output().contains("Subscribed"), c.output());
    }

    /// The server has kept two messages for an earlier subscription of the session.
    @Test
    void whatTheSessionHasSubscribedToEarlierIsPrinted() throws Exception {
        String first = "32 06 00 01 61 00 07 78";
        String second = "32 06 00 01 61 00 08 79";
        answer("20 02 01 00" + first + second, "90 03 00 01 01");
        Captured c = Captured.empty();
        Thread reader =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> SubCommand.run(words("-t t -q 1 -C 2 -v -i me -c"), c.io()));
        assertEquals(0, statusOf(c));
        assertEquals("a x\na y\n", c.output());
        reader.interrupt();
    }

    /// What it publishes ends on the thread that tells what is unclaimed.
    @Test
    void theLastMessageMayBeOneOfAnEarlierSubscriptionAndBeRemoved() throws Exception {
        String retained = "33 06 00 01 61 00 07 78";
        answer("20 02 01 00" + retained, "90 03 00 01 01", "", "40 02 00 02");
        Captured c = Captured.empty();
        sub("-t t -q 1 -C 1 -i me -c --remove-retained", c);
        assertEquals(0, statusOf(c));
        assertEquals("x\n", c.output());
    }

    /// The one with which it has ended.
    private static int statusOf(Captured c) throws Exception {
        return c.status().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /// With the status it returns, or ends the process with from another thread.
    private void sub(String words, Captured c) {
        Thread.ofPlatform()
                .daemon()
                .start(() -> c.io().halt().accept(SubCommand.run(words(words), c.io())));
    }

    @Test
    void whatMayNotBeRemovedIsNoReasonToComplain() throws Exception {
        String retained = "31 05 00 01 78 00 61";
        String live = "30 05 00 01 78 00 62";
        answer("20 03 00 00 00", "90 04 00 01 00 00" + retained, "40 03 00 02 87" + live);
        Captured c = Captured.empty();
        sub("-V 5 -t x --retained-only --remove-retained", c);
        assertEquals(0, statusOf(c));
        assertEquals("a\n", c.output());
        assertEquals("", c.errors());
    }

    @Test
    void aRemovalThatIsNeverAcknowledgedMayTakeAsLongAsIsSaid() throws Exception {
        answer("20 02 00 00", "90 03 00 01 00 31 04 00 01 78 61");
        Captured c = Captured.empty();
        sub("-t x --remove-retained -C 1 -W 1", c);
        assertEquals(Connecting.TIMED_OUT, statusOf(c));
        assertEquals("a\n", c.output());
        assertEquals("Timed out\n", c.errors());
    }

    @Test
    void whoHasOnlyUnsubscribedIsToldThatTheConnectionHasEnded() throws Exception {
        String takenOver = "E0 01 8E";
        answer("20 03 00 00 00", "B0 04 00 01 00 00" + takenOver);
        Captured c = Captured.empty();
        sub("-V 5 -U x", c);
        assertEquals(0x8E, statusOf(c));
        assertEquals("Error: Session taken over\n", c.errors());
    }

    /// One Reason Code for two Topic Filters, which would come on every connection.
    @Test
    void aServerThatBreaksTheProtocolIsNotAskedAgain() throws Exception {
        answer("20 02 00 00", "90 03 00 01 00");
        Captured c = Captured.empty();
        sub("-t a -t b", c);
        assertEquals(Connecting.PROTOCOL_ERROR, statusOf(c));
        assertTrue(c.errors().startsWith("Error: A network protocol error"), c.errors());
    }

    /// The Receive Maximum is 1, and the server has a message of an earlier subscription: only if that is
    /// acknowledged, as well as the request sent, the answer comes.
    @Test
    void anAnswerComesBehindWhatTheSessionHasSubscribedToEarlier() {
        String old = "32 07 00 01 6F 00 07 00 78";
        String answer = "32 07 00 01 65 00 08 00 61";
        answer("20 03 01 00 00" + old, "90 04 00 01 00 01", "", answer);
        Captured c = Captured.empty();
        int status =
                assertTimeoutPreemptively(
                        PATIENCE, () -> RrCommand.run(words("-i me -c -t t -e e -m m"), c.io()));
        assertEquals(0, status, c.errors());
        assertEquals("a\n", c.output());
    }

    @Test
    void aCommandIsAnsweredBehindWhatTheSessionHasSubscribedToEarlier(@TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("options");
        Files.writeString(file, "-i me\n-c\n");
        String old = "32 07 00 01 6F 00 07 00 78";
        String topic = HexFormat.of().formatHex("$CONTROL/broker/v1/response".getBytes(UTF_8));
        String answer = "30 20 00 1B" + topic + "00 7B 7D";
        answer("20 03 01 00 00" + old, "90 04 00 01 00 01", "", "40 02 00 02" + answer);
        Captured c = Captured.empty();
        List<String> words = words("-o " + file + " --quiet broker listListeners");
        int status = assertTimeoutPreemptively(PATIENCE, () -> CtrlCommand.run(words, c.io()));
        assertEquals(0, status, c.errors());
        assertEquals("Error: Payload missing data.\n", c.errors());
    }

    @Test
    void anAnswerIsEnoughWhereTheRequestIsNotAcknowledged() {
        String last = "32 07 00 01 65 00 07 00 61" + "E0 01 8B";
        answer("20 03 00 00 00", "90 04 00 01 00 01", last);
        Captured c = Captured.empty();
        int status =
                assertTimeoutPreemptively(
                        PATIENCE, () -> RrCommand.run(words("-t t -e e -m m -q 1"), c.io()));
        assertEquals(0, status);
        assertEquals("a\n", c.output());
        assertEquals("", c.errors());
    }

    @Test
    void latenciesHaveADecimalPointEverywhere() {
        Locale here = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            assertEquals("Latency: 1.500000µs", RrCommand.latency(1_500));
            assertEquals("Latency: 2.500000ms", RrCommand.latency(2_500_000));
        } finally {
            Locale.setDefault(here);
        }
    }

    private static boolean isIn(Thread thread, String method) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(e -> e.getMethodName().equals(method));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "PUB, -t t -m m, Error: Invalid id.",
                "SUB, -t t, Error: Invalid id and/or clean_session.",
                "RR, -t t -e e -m m, Error: Invalid id and/or clean_session.",
            })
    void anEmptyClientIdentifierIsNotSent(Tool tool, String words, String message) {
        List<String> all = words(words);
        all.addAll(List.of("-i", ""));
        Captured c = Captured.empty();
        int status =
                switch (tool) {
                    case PUB -> PubCommand.run(all, c.io());
                    case SUB -> SubCommand.run(all, c.io());
                    default -> RrCommand.run(all, c.io());
                };
        assertEquals(1, status);
        assertEquals(message + "\n", c.errors());
    }

    @Test
    void anEmptyHostIsNotFound() {
        Captured c = Captured.empty();
        assertEquals(1, PubCommand.run(List.of("-h", "", "-t", "t", "-m", "m"), c.io()));
        assertEquals("Unable to connect (Lookup error).\n", c.errors());
    }
}
