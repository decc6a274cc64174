package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.BrokerProcess;
import io.hawkermq.it.Connect;
import io.hawkermq.it.EachVersion;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Topic Names and Topic Filters: section 4.7.
@ExtendWith(SharedBroker.class)
class TopicTest {
    /// `T` stands for a topic of this test.
    @ParameterizedTest
    @CsvSource({
        "T, T, true",
        "T, T/, false",
        "T/, T, false",
        "T/+, T/a, true",
        "T/+, T/, true",
        "T/+, T, false",
        "T/+, T/a/b, false",
        "T/+/c, T/b/c, true",
        "T/+/c, T//c, true",
        "T/+/c, T/b/d/c, false",
        "T/+/+, T/a/b, true",
        "T/+/+, T//, true",
        "T/#, T, true",
        "T/#, T/, true",
        "T/#, T/a/b/c, true",
        "T/#, Tx, false",
        "T/+/#, T, false",
        "T/+/#, T/a, true",
        "T/a b, T/a b, true",
        "T/a//b, T/a//b, true",
        "T/a//b, T/a/b, false",
        "T/A, T/a, false",
        "/T, T, false",
        "/T, /T, true",
        "+/T, /T, true"
    })
    @Rule({"MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-3.3.2-3", "MQTT-4.7.3-4"})
    void filtersMatchByTheirLevels(String filter, String name, boolean matches, Lab lab) {
        String topic = lab.topic();
        RawClient c = lab.subscriber(Version.V5, filter.replace("T", topic), 0);
        RawClient publisher = lab.client(Version.V5);
        publisher.publish(name.replace("T", topic), "m", 0);
        if (matches) {
            c.receive(name.replace("T", topic), "m");
        }
        c.expectNothingFrom(publisher);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#/b", "a#", "a/#b", "#/", "a/b#", "##"})
    @Rule("MQTT-4.7.1-1")
    void aMisplacedMultiLevelWildcardIsRefused(String filter, Lab lab) {
        for (Version v : Version.values()) {
            expectRefused(lab.client(v), filter);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a+", "+a", "a/+b/c", "a/b+", "++", "+#"})
    @Rule("MQTT-4.7.1-2")
    void aMisplacedSingleLevelWildcardIsRefused(String filter, Lab lab) {
        for (Version v : Version.values()) {
            expectRefused(lab.client(v), filter);
        }
    }

    @EachVersion
    @Rule("MQTT-4.7.3-1")
    void anEmptyFilterIsRefused(Version v, Lab lab) {
        expectRefused(lab.client(v), "");
    }

    private static void expectRefused(RawClient c, String filter) {
        c.send(Wire.subscribe(c.version(), 1, filter, 0));
        Reply r = c.nextOrClose();
        if (r != null && r.type() == Wire.SUBACK) {
            assertEquals(c.version().is5() ? 0x8F : 0x80, r.reason(), r::toString);
        } else if (r != null) {
            assertEquals(Wire.DISCONNECT, r.type(), r::toString);
            assertTrue(Set.of(0x81, 0x82, 0x8F).contains(r.reason()), r::toString);
            c.expectClose();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#", "#", "+", "a/+/b", "a+", "a#"})
    @Rule({"MQTT-3.3.2-2", "MQTT-4.7.0-1"})
    void aWildcardInATopicNameCloses(String topic, Lab lab) {
        for (Version v : Version.values()) {
            RawClient c = lab.client(v);
            c.send(Publish.to(topic).qos(1).bytes(v, 1));
            c.expectClosedFor(0x90, 0x81, 0x82);
        }
    }

    @EachVersion
    @Rule("MQTT-4.7.3-1")
    void anEmptyTopicNameCloses(Version v, Lab lab) {
        RawClient c = lab.client(v);
        c.send(Publish.to("").qos(1).bytes(v, 1));
        c.expectClosedFor(0x90, 0x81, 0x82);
    }

    @EachVersion
    @Rule({"MQTT-4.7.3-2", "MQTT-1.5.4-2"})
    void aNulInATopicCloses(Version v, Lab lab) {
        RawClient publisher = lab.client(v);
        publisher.send(Publish.to("a\0b").qos(1).bytes(v, 1));
        publisher.expectClosedFor(0x90, 0x81, 0x82);
        RawClient subscriber = lab.client(v);
        subscriber.send(Wire.subscribe(v, 1, "a\0b", 0));
        subscriber.expectClosedFor(0x8F, 0x81, 0x82);
        RawClient c = lab.open(v);
        c.send(Connect.as(v, "a\0b").bytes());
        c.expectRefused(0x81, 0x82, 0x85, 0x02);
    }

    @EachVersion
    @Rule({"MQTT-3.3.2-1", "MQTT-1.5.4-1"})
    void anIllFormedTopicNameCloses(Version v, Lab lab) {
        for (String bad :
                List.of(
                        "C328",
                        "C0AF",
                        "EDA080",
                        "EDBFBF",
                        "F4908080",
                        "80",
                        "E28228",
                        "F0288CBC",
                        "61C3")) {
            RawClient c = lab.client(v);
            byte[] topic = Wire.join(Wire.utf8("t/"), Wire.hex(bad));
            c.send(
                    Wire.packet(
                            0x32, Wire.binary(topic), Wire.two(1), Wire.props(v), Wire.utf8("m")));
            c.expectClosedFor(0x81, 0x82, 0x90);
        }
    }

    @EachVersion
    @Rule({"MQTT-1.5.4-3", "MQTT-4.7.3-4"})
    void aByteOrderMarkIsACharacterLikeOthers(Version v, Lab lab) {
        String plain = lab.topic();
        String marked = "\uFEFF" + plain;
        RawClient subscriber = lab.subscriber(v, marked, 0);
        RawClient plainSubscriber = lab.subscriber(v, plain, 0);
        RawClient publisher = lab.client(v);
        publisher.publish(marked, "marked", 0);
        Reply p = subscriber.receive(marked, "marked");
        assertTrue(p.topic().startsWith("\uFEFF"));
        plainSubscriber.expectNothingFrom(publisher);
        publisher.publish(plain, "plain", 0);
        plainSubscriber.receive(plain, "plain");
        subscriber.expectNothingFrom(publisher);
    }

    @EachVersion
    @Rule("MQTT-4.7.3-4")
    void topicsAreNotNormalised(Version v, Lab lab) {
        String root = lab.topic();
        List<String> distinct =
                List.of(
                        "/\u00C5", // A with ring as one character
                        "/A\u030A", // and as two
                        "/\u212B", // the Angstrom sign
                        "/a",
                        "/A",
                        "/a/",
                        "//a",
                        "/ a",
                        "/\u00DF",
                        "/ss",
                        "/\uD83D\uDE00",
                        "/./a",
                        "/%61");
        RawClient publisher = lab.client(v);
        RawClient all = lab.subscriber(v, root + "/#", 0);
        for (String t : distinct) {
            RawClient one = lab.subscriber(v, root + t, 0);
            for (String u : distinct) {
                publisher.publish(root + u, u, 0);
                all.receive(root + u, u);
            }
            one.receive(root + t, t);
            one.expectNothingFrom(publisher);
            one.disconnect();
        }
    }

    @EachVersion
    @Rule("MQTT-4.7.2-1")
    void aLeadingWildcardDoesNotMatchTopicsThatBeginWithADollar(Version v, Lab lab) {
        String name = lab.name();
        try (BrokerProcess broker = BrokerProcess.start();
                Lab own = new Lab(broker.port())) {
            RawClient all = own.subscriber(v, "#", 0);
            RawClient level = own.subscriber(v, "+/" + name, 0);
            RawClient levels = own.subscriber(v, "+/#", 0);
            RawClient named = own.subscriber(v, "$lab/#", 0);
            RawClient inner = own.subscriber(v, "$lab/+", 0);
            RawClient publisher = own.client(v);
            publisher.publish("$lab/" + name, "hidden", 0);
            named.receive("$lab/" + name, "hidden");
            inner.receive("$lab/" + name, "hidden");
            publisher.publish("lab/" + name, "seen", 0);
            all.receive("lab/" + name, "seen");
            level.receive("lab/" + name, "seen");
            levels.receive("lab/" + name, "seen");
        }
    }

    @EachVersion
    @Rule("MQTT-4.7.2-1")
    void retainedDollarTopicsAreHiddenToo(Version v, Lab lab) {
        String name = lab.name();
        lab.client(v).publish(Publish.to("$lab/" + name).payload("m").qos(1).retain());
        lab.subscriber(v, "+/" + name, 0).expectSilence();
        lab.subscriber(v, "+/" + name + "/#", 0).expectSilence();
        lab.subscriber(v, "$lab/" + name, 0).receive("$lab/" + name, "m");
    }

    @EachVersion
    @Rule("MQTT-4.7.3-3")
    void aTopicOf65535BytesWorks(Version v, Lab lab) {
        String start = lab.topic();
        String longest = start + "x".repeat(65_535 - start.length());
        RawClient subscriber = lab.subscriber(v, longest, 0);
        RawClient almost = lab.subscriber(v, longest.substring(0, 65_534), 0);
        RawClient publisher = lab.client(v);
        publisher.publish(longest, "m", 0);
        subscriber.receive(longest, "m");
        almost.expectNothingFrom(publisher);
    }

    /// Names as long as they may be, in every place where the server has to repeat them.
    @Test
    @Rule("MQTT-4.7.3-3")
    void longTextsInPropertiesWork(Lab lab) {
        String topic = lab.topic();
        String longest = "\u20AC".repeat(21_845);
        RawClient subscriber = lab.subscriber(Version.V5, topic, 0);
        lab.client(Version.V5)
                .publish(
                        Publish.to(topic)
                                .with(Prop.CONTENT_TYPE.of(longest), Prop.pair(longest, longest)));
        Reply p = subscriber.receive(topic, "");
        assertEquals(longest, p.prop(Prop.CONTENT_TYPE).text());
        assertEquals(longest, p.prop(Prop.USER_PROPERTY).text());
        assertEquals(longest, p.prop(Prop.USER_PROPERTY).second());
    }
}
