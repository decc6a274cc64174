package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.it.EachVersion;
import io.hawkermq.it.Lab;
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

/// Message ordering: section 4.6.
@ExtendWith(SharedBroker.class)
class OrderTest {
    private static final int MESSAGES = 200;

    @EachVersion
    @Rule({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void messagesOfOneTopicAndQoSKeepTheirOrder(Version v, Lab lab) {
        String topic = lab.topic();
        for (int qos = 0; qos <= 2; qos++) {
            RawClient subscriber = lab.subscriber(v, topic, 2);
            RawClient publisher = lab.client(v);
            // In batches of what a server lets be under way, many packets to a write.
            for (int start = 0; start < MESSAGES; start += 10) {
                byte[] batch = new byte[0];
                for (int i = start; i < start + 10; i++) {
                    Publish p = Publish.to(topic).payload("m" + i).qos(qos);
                    batch = Wire.join(batch, p.bytes(v, i + 1));
                }
                publisher.send(batch);
                finish(publisher, qos, start);
            }
            for (int i = 0; i < MESSAGES; i++) {
                // What comes between, PUBREL, belongs to the handshakes.
                Reply p = subscriber.await(Wire.PUBLISH);
                assertEquals("m" + i, p.payloadText());
                if (qos == 1) {
                    subscriber.send(Wire.ack(Wire.PUBACK, p.packetId()));
                } else if (qos == 2) {
                    subscriber.send(Wire.ack(Wire.PUBREC, p.packetId()));
                    subscriber.await(Wire.PUBREL);
                    subscriber.send(Wire.ack(Wire.PUBCOMP, p.packetId()));
                }
            }
            subscriber.disconnect();
        }
    }

    private static void finish(RawClient publisher, int qos, int start) {
        for (int i = start; i < start + 10 && qos > 0; i++) {
            publisher.expectAck(qos == 1 ? Wire.PUBACK : Wire.PUBREC, i + 1);
        }
        if (qos == 2) {
            for (int i = start; i < start + 10; i++) {
                publisher.send(Wire.ack(Wire.PUBREL, i + 1));
            }
            for (int i = start; i < start + 10; i++) {
                publisher.expectAck(Wire.PUBCOMP, i + 1);
            }
        }
    }

    @EachVersion
    @Rule({"MQTT-4.6.0-5", "MQTT-4.6.0-6"})
    void messagesThatWaitedKeepTheirOrder(Version v, Lab lab) {
        String topic = lab.topic();
        String id = lab.name();
        RawClient c = lab.resume(v, id);
        c.subscribe(topic, 1);
        c.disconnect();
        RawClient publisher = lab.client(v);
        for (int i = 0; i < 60; i++) {
            publisher.publish(topic, "m" + i, 1);
        }
        RawClient back = lab.resume(v, id);
        for (int i = 0; i < 60; i++) {
            back.receive(topic, "m" + i);
        }
        back.expectSilence();
    }

    /// Several publishers at once: each one's messages keep their order.
    @Test
    @Rule("MQTT-4.6.0-5")
    void eachPublishersMessagesKeepTheirOrder(Lab lab) {
        String topic = lab.topic();
        RawClient subscriber = lab.subscriber(Version.V5, topic, 0);
        List<RawClient> publishers = new ArrayList<>();
        for (int p = 0; p < 4; p++) {
            publishers.add(lab.client(Version.V5));
        }
        for (int i = 0; i < MESSAGES; i++) {
            for (int p = 0; p < publishers.size(); p++) {
                publishers.get(p).publish(topic, p + ":" + i, 0);
            }
        }
        int[] next = new int[publishers.size()];
        for (int n = 0; n < MESSAGES * publishers.size(); n++) {
            String[] parts = subscriber.expect(Wire.PUBLISH).payloadText().split(":");
            int publisher = Integer.parseInt(parts[0]);
            assertEquals(next[publisher]++, Integer.parseInt(parts[1]));
        }
    }
}
