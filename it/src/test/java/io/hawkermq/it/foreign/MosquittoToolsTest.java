package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `mosquitto_pub`, `mosquitto_sub` and `mosquitto_rr` in all versions of the protocol.
@ExtendWith(SharedBroker.class)
class MosquittoToolsTest {
    private static final String V31 = "mqttv31";
    private static final String V311 = "mqttv311";
    private static final String V5 = "mqttv5";

    @BeforeEach
    void theyAreInstalled() {
        ForeignClient.MOSQUITTO.require();
    }

    private static String[] command(Lab lab, String tool, String version, String... arguments) {
        List<String> all = new ArrayList<>();
        // Into a pipe the tools print only when their buffer is full or they end.
        all.addAll(List.of("stdbuf", "-oL", tool, "-h", "127.0.0.1"));
        all.addAll(List.of("-p", Integer.toString(lab.port()), "-V", version));
        all.addAll(List.of(arguments));
        return all.toArray(new String[0]);
    }

    private static void pub(Lab lab, String version, String... arguments) {
        Program.run(command(lab, "mosquitto_pub", version, arguments));
    }

    /// Starts mosquitto_sub and waits until its subscription stands.
    private static Program sub(Lab lab, String version, String... arguments) {
        Program p = Program.start(command(lab, "mosquitto_sub", version, arguments));
        p.await("SUBACK", line -> line.contains("received SUBACK"));
        return p;
    }

    /// What it printed itself, without what `-d` tells.
    private static List<String> messages(List<String> lines) {
        return lines.stream().filter(l -> l.startsWith("> ")).map(l -> l.substring(2)).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void messagesGoThroughAtEachQoS(String v, Lab lab) {
        String t = lab.topic();
        try (Program s = sub(lab, v, "-d", "-q", "2", "-t", t, "-C", "3", "-F", "> %t %q %r %p")) {
            pub(lab, v, "-t", t, "-q", "0", "-m", "zero");
            pub(lab, v, "-t", t, "-q", "1", "-m", "one");
            pub(lab, v, "-t", t, "-q", "2", "-m", "two");
            List<String> expected = List.of(t + " 0 0 zero", t + " 1 0 one", t + " 2 0 two");
            assertEquals(expected, messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void retainedMessagesStayUntilRemoved(String v, Lab lab) {
        String t = lab.topic();
        pub(lab, v, "-t", t, "-q", "1", "-r", "-m", "kept");
        try (Program s = sub(lab, v, "-d", "-t", t, "-C", "2", "-F", "> %r %p")) {
            s.await("the retained message", l -> l.equals("> 1 kept"));
            pub(lab, v, "-t", t, "-q", "1", "-r", "-n");
            assertEquals(List.of("1 kept", "0 "), messages(s.expectSuccess()));
        }
        try (Program s = sub(lab, v, "-d", "-t", t, "-C", "1", "-F", "> %r %p")) {
            pub(lab, v, "-t", t, "-m", "live");
            assertEquals(List.of("0 live"), messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void aWillIsPublishedWhenTheProcessIsKilled(String v, Lab lab) {
        String t = lab.topic();
        try (Program s = sub(lab, v, "-d", "-q", "1", "-t", t, "-C", "1", "-F", "> %q %p")) {
            Program dying =
                    sub(
                            lab,
                            v,
                            "-d",
                            "-t",
                            lab.topic(),
                            "--will-topic",
                            t,
                            "--will-payload",
                            "lost",
                            "--will-qos",
                            "1");
            dying.close();
            assertEquals(List.of("1 lost"), messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void messagesWaitForAnAbsentSubscriber(String v, Lab lab) {
        String t = lab.topic();
        String id = lab.name();
        Program.run(command(lab, "mosquitto_sub", v, "-c", "-i", id, "-q", "2", "-t", t, "-E"));
        pub(lab, v, "-t", t, "-q", "1", "-m", "first");
        pub(lab, v, "-t", t, "-q", "2", "-m", "second");
        List<String> lines =
                Program.run(
                        command(
                                lab,
                                "mosquitto_sub",
                                v,
                                "-c",
                                "-i",
                                id,
                                "-q",
                                "2",
                                "-t",
                                t,
                                "-C",
                                "2",
                                "-W",
                                "20",
                                "-F",
                                "> %q %p"));
        assertEquals(List.of("1 first", "2 second"), messages(lines));
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void wildcardsSelect(String v, Lab lab) {
        String t = lab.topic();
        try (Program s =
                sub(lab, v, "-d", "-t", t + "/+/x", "-t", t + "/tree/#", "-C", "3", "-F", "> %t")) {
            for (String level : List.of("/a/x", "/a/y", "/tree", "/tree/b/c")) {
                pub(lab, v, "-t", t + level, "-m", "m");
            }
            assertEquals(
                    List.of(t + "/a/x", t + "/tree", t + "/tree/b/c"), messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void topicsAndPayloadsAreUnicode(String v, Lab lab) {
        String t = lab.topic() + "/größe/日本/😀";
        try (Program s = sub(lab, v, "-d", "-t", t, "-C", "1", "-F", "> %t %p")) {
            pub(lab, v, "-t", t, "-m", "ünï😀");
            assertEquals(List.of(t + " ünï😀"), messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void aLargePayloadGoesThrough(String v, Lab lab) {
        String t = lab.topic();
        // A file that every machine has: the test's own JDK's list of classes.
        String file = System.getProperty("java.home") + "/lib/classlist";
        try (Program s = sub(lab, v, "-d", "-q", "1", "-t", t, "-C", "1", "-F", "> %l")) {
            pub(lab, v, "-t", t, "-q", "1", "-f", file);
            long length = new java.io.File(file).length();
            assertTrue(length > 30_000);
            assertEquals(List.of(Long.toString(length)), messages(s.expectSuccess()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {V31, V311, V5})
    void aStreamOfLinesKeepsItsOrder(String v, Lab lab) {
        String t = lab.topic();
        RawClient publisher = lab.client(Version.V5);
        try (Program s = sub(lab, v, "-d", "-q", "2", "-t", t, "-C", "200", "-F", "> %p")) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                publisher.publish(t, "m" + i, 2);
                expected.add("m" + i);
            }
            assertEquals(expected, messages(s.expectSuccess()));
        }
    }

    @Test
    void propertiesGoThrough(Lab lab) {
        String t = lab.topic();
        String format = "> %C %D %R %P %p";
        try (Program s = sub(lab, V5, "-d", "-q", "1", "-t", t, "-C", "1", "-F", format)) {
            pub(
                    lab,
                    V5,
                    "-t",
                    t,
                    "-q",
                    "1",
                    "-m",
                    "m",
                    "-D",
                    "publish",
                    "content-type",
                    "text/plain",
                    "-D",
                    "publish",
                    "correlation-data",
                    "17",
                    "-D",
                    "publish",
                    "response-topic",
                    "answers/here",
                    "-D",
                    "publish",
                    "user-property",
                    "b",
                    "1",
                    "-D",
                    "publish",
                    "user-property",
                    "a",
                    "2",
                    "-D",
                    "publish",
                    "message-expiry-interval",
                    "1000");
            assertEquals(
                    List.of("text/plain 17 answers/here b:1 a:2 m"), messages(s.expectSuccess()));
        }
    }

    @Test
    void sharedSubscriptionsShare(Lab lab) {
        String t = lab.topic();
        String filter = "$share/group/" + t;
        RawClient publisher = lab.client(Version.V5);
        try (Program a = sub(lab, V5, "-d", "-q", "1", "-t", filter, "-F", "> %p");
                Program b = sub(lab, V5, "-d", "-q", "1", "-t", filter, "-F", "> %p")) {
            Set<String> expected = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                publisher.publish(t, "m" + i, 1);
                expected.add("m" + i);
            }
            a.await("a message", l -> l.startsWith("> m"));
            b.await("a message", l -> l.startsWith("> m"));
            // The last of each: messages of one publisher come in order.
            Set<String> got = new HashSet<>();
            publisher.publish(t, "end 1", 1);
            publisher.publish(t, "end 2", 1);
            publisher.publish(t, "end 3", 1);
            publisher.publish(t, "end 4", 1);
            a.await("an end", l -> l.startsWith("> end"));
            b.await("an end", l -> l.startsWith("> end"));
            got.addAll(messages(a.lines()));
            got.addAll(messages(b.lines()));
            got.removeIf(m -> m.startsWith("end"));
            assertEquals(expected, got);
        }
    }

    @Test
    void aRequestIsAnswered(Lab lab) {
        String t = lab.topic();
        RawClient responder = lab.subscriber(Version.V5, t + "/questions", 1);
        try (Program rr =
                Program.start(
                        command(
                                lab,
                                "mosquitto_rr",
                                V5,
                                "-t",
                                t + "/questions",
                                "-e",
                                t + "/answers",
                                "-m",
                                "6*7",
                                "-q",
                                "1",
                                "-W",
                                "20",
                                "-D",
                                "publish",
                                "correlation-data",
                                "17"))) {
            Reply asked = responder.receive(t + "/questions", "6*7");
            responder.publish(
                    Publish.to(asked.prop(Prop.RESPONSE_TOPIC).text())
                            .payload("42")
                            .qos(1)
                            .with(
                                    Prop.CORRELATION_DATA.of(
                                            asked.prop(Prop.CORRELATION_DATA).bytes())));
            assertEquals(List.of("42"), rr.expectSuccess());
        }
    }

    @Test
    void anOldRequestIsAnsweredToo(Lab lab) {
        String t = lab.topic();
        RawClient responder = lab.subscriber(Version.V311, t + "/questions", 1);
        try (Program rr =
                Program.start(
                        command(
                                lab,
                                "mosquitto_rr",
                                V311,
                                "-t",
                                t + "/questions",
                                "-e",
                                t + "/answers",
                                "-m",
                                "6*7",
                                "-W",
                                "20"))) {
            responder.receive(t + "/questions", "6*7");
            responder.publish(t + "/answers", "42", 1);
            assertEquals(List.of("42"), rr.expectSuccess());
        }
    }

    /// Its exit status is the code of the CONNACK.
    @Test
    void aRefusalIsTold(Lab lab) {
        RawClient observer = lab.client(Version.V5);
        try (Program p =
                Program.start(
                        command(
                                lab,
                                "mosquitto_pub",
                                V5,
                                "-t",
                                lab.topic(),
                                "-m",
                                "m",
                                "-D",
                                "connect",
                                "authentication-method",
                                "none"))) {
            p.await("the reason", l -> l.toLowerCase(java.util.Locale.ROOT).contains("auth"));
        }
        observer.send(Wire.pingreq());
        observer.expect(Wire.PINGRESP);
    }
}
