package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.it.Connect;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.SharedBroker;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Topic Aliases: section 3.3.2.3.4.
@ExtendWith(SharedBroker.class)
class TopicAliasTest {
    @Test
    @Rule("MQTT-3.3.2-12")
    void allAliasesUpToTheAnnouncedMaximumWork(Lab lab) {
        String root = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, root + "/#", 0);
        RawClient c = lab.open(Version.V5);
        Reply connack = c.connect(Connect.as(Version.V5, lab.name()));
        long maximum = connack.prop(Prop.TOPIC_ALIAS_MAXIMUM).number();
        assertTrue(maximum > 0);
        for (int alias = 1; alias <= maximum; alias++) {
            String topic = root + "/" + alias;
            c.publish(Publish.to(topic).payload("full").with(Prop.TOPIC_ALIAS.of(alias)));
        }
        for (int alias = 1; alias <= maximum; alias++) {
            int qos = alias % 3;
            c.publish(Publish.to("").payload("short").qos(qos).with(Prop.TOPIC_ALIAS.of(alias)));
        }
        for (String payload : List.of("full", "short")) {
            for (int alias = 1; alias <= maximum; alias++) {
                Reply p = subscriber.expectPublish(root + "/" + alias, payload);
                assertFalse(p.has(Prop.TOPIC_ALIAS), p::toString);
            }
        }
        c.expectSilence();
    }

    @Test
    @Rule("MQTT-3.3.2-12")
    void anAliasCanBeGivenANewTopic(Lab lab) {
        String root = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, root + "/#", 0);
        RawClient c = lab.client(Version.V5);
        c.publish(Publish.to(root + "/a").payload("1").with(Prop.TOPIC_ALIAS.of(1)));
        c.publish(Publish.to(root + "/b").payload("2").with(Prop.TOPIC_ALIAS.of(1)));
        c.publish(Publish.to("").payload("3").with(Prop.TOPIC_ALIAS.of(1)));
        subscriber.expectPublish(root + "/a", "1");
        subscriber.expectPublish(root + "/b", "2");
        subscriber.expectPublish(root + "/b", "3");
    }

    @Test
    @Rule("MQTT-3.3.2-7")
    void aliasesEndWithTheConnection(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 0);
        RawClient c = lab.resume(Version.V5, id);
        c.publish(Publish.to(topic).payload("1").with(Prop.TOPIC_ALIAS.of(1)));
        subscriber.expectPublish(topic, "1");
        c.disconnect();
        RawClient back = lab.resume(Version.V5, id);
        back.send(Publish.to("").payload("2").with(Prop.TOPIC_ALIAS.of(1)).bytes(Version.V5, 0));
        back.expectClosedFor(0x82, 0x94);
        subscriber.expectNothingFrom(lab.client(Version.V5));
    }

    /// Likewise the other way: on a new connection the server has to name topics anew.
    @Test
    @Rule("MQTT-3.3.2-7")
    void theServersAliasesEndWithTheConnection(Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient publisher = lab.client(Version.V5);
        Connect connect = Connect.resuming(Version.V5, id).with(Prop.TOPIC_ALIAS_MAXIMUM.of(5));
        RawClient c = lab.client(connect);
        c.subscribe(topic, 0);
        for (int i = 0; i < 3; i++) {
            publisher.publish(topic, "m", 0);
            c.expect(Wire.PUBLISH);
        }
        c.disconnect();
        RawClient back = lab.client(connect);
        publisher.publish(topic, "first", 0);
        assertEquals(topic, back.expect(Wire.PUBLISH).topic());
    }

    @Test
    @Rule({"MQTT-3.3.2-8", "MQTT-4.13.1-1"})
    void alias0Closes(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Publish.to(lab.topic()).with(Prop.TOPIC_ALIAS.of(0)).bytes(Version.V5, 0));
        c.expectClosedFor(0x94, 0x82, 0x81);
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void anAliasAboveTheAnnouncedMaximumCloses(Lab lab) {
        RawClient c = lab.open(Version.V5);
        Reply connack = c.connect(Connect.as(Version.V5, lab.name()));
        int maximum = (int) connack.prop(Prop.TOPIC_ALIAS_MAXIMUM).number();
        c.send(Publish.to(lab.topic()).with(Prop.TOPIC_ALIAS.of(maximum + 1)).bytes(Version.V5, 0));
        c.expectClosedFor(0x94);
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void anAliasWithoutATopicCloses(Lab lab) {
        RawClient c = lab.client(Version.V5);
        c.send(Publish.to("").with(Prop.TOPIC_ALIAS.of(2)).bytes(Version.V5, 0));
        c.expectClosedFor(0x94, 0x82);
    }

    @Test
    @Rule({"MQTT-3.1.2-26", "MQTT-3.3.2-11", "MQTT-3.3.2-8"})
    void theServerKeepsToTheClientsMaximum(Lab lab) {
        String root = lab.topic();
        RawClient c =
                lab.client(Connect.as(Version.V5, lab.name()).with(Prop.TOPIC_ALIAS_MAXIMUM.of(2)));
        c.subscribe(root + "/+", 1);
        RawClient publisher = lab.client(Version.V5);
        List<String> known = new ArrayList<>(List.of("", "", ""));
        for (int i = 0; i < 12; i++) {
            String topic = root + "/" + i % 4;
            publisher.publish(topic, "m" + i, i % 2);
            Reply p = c.expect(Wire.PUBLISH);
            c.acknowledge(p);
            String got = p.topic();
            if (p.has(Prop.TOPIC_ALIAS)) {
                int alias = (int) p.prop(Prop.TOPIC_ALIAS).number();
                assertTrue(alias >= 1 && alias <= 2, p::toString);
                got = got.isEmpty() ? known.get(alias) : got;
                known.set(alias, got);
            }
            assertEquals(topic, got);
            assertEquals("m" + i, p.payloadText());
        }
    }

    @Test
    @Rule("MQTT-3.1.2-27")
    void withoutAMaximumTheServerSendsNoAlias(Lab lab) {
        String topic = lab.topic();
        RawClient absent = lab.subscriber(Version.V5, topic, 0);
        RawClient zero =
                lab.client(Connect.as(Version.V5, lab.name()).with(Prop.TOPIC_ALIAS_MAXIMUM.of(0)));
        zero.subscribe(topic, 0);
        RawClient publisher = lab.client(Version.V5);
        for (int i = 0; i < 5; i++) {
            publisher.publish(Publish.to(topic).payload("m" + i).with(Prop.TOPIC_ALIAS.of(1)));
            assertFalse(absent.expectPublish(topic, "m" + i).has(Prop.TOPIC_ALIAS));
            assertFalse(zero.expectPublish(topic, "m" + i).has(Prop.TOPIC_ALIAS));
        }
    }
}
