package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/// The protocol machine, fed by hand.
class ClientSessionTest {
    private final FakeHost host = new FakeHost();

    private static ConnectResult result(boolean sessionPresent, Properties properties) {
        return new ConnectResult(ProtocolVersion.MQTT_5, sessionPresent, "c", 0, properties);
    }

    private void online(FakeHost h, boolean sessionPresent) {
        h.session.online(result(sessionPresent, Properties.NONE), h);
    }

    private static Packet.Publish incoming(String topic, int packetId, QoS qos, boolean dup) {
        return new Packet.Publish(
                dup, qos, false, TopicName.of(topic), packetId, Properties.NONE, new byte[] {'m'});
    }

    private static Packet.Puback puback(int packetId) {
        return new Packet.Puback(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    private static Packet.Pubrec pubrec(int packetId) {
        return new Packet.Pubrec(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    private static Packet.Pubcomp pubcomp(int packetId) {
        return new Packet.Pubcomp(packetId, ReasonCode.SUCCESS, Properties.NONE);
    }

    @Test
    void noMoreThanTheServersReceiveMaximumIsUnderWay() throws Exception {
        host.session.online(result(false, Properties.of(Property.RECEIVE_MAXIMUM, 2)), host);
        for (int i = 0; i < 4; i++) {
            host.publish("a", QoS.AT_LEAST_ONCE);
        }
        assertEquals(2, host.takeSent().size());
        host.session.received(puback(1));
        assertEquals(3, ((Packet.Publish) host.takeSent().getFirst()).packetId());
    }

    @Test
    void qos2IsOverWithPubcomp() throws Exception {
        online(host, false);
        Outgoing o = host.publish("a", QoS.EXACTLY_ONCE);
        host.takeSent();
        host.session.received(pubrec(1));
        assertEquals(
                List.of(new Packet.Pubrel(1, ReasonCode.SUCCESS, Properties.NONE)),
                host.takeSent());
        assertFalse(o.future.isDone());
        host.session.received(pubcomp(1));
        assertEquals(QoS.EXACTLY_ONCE, o.future.join().qos());
        assertEquals(0, host.session.unfinished());
    }

    @Test
    void anErrorInPubrecEndsTheDelivery() throws Exception {
        online(host, false);
        Outgoing o = host.publish("a", QoS.EXACTLY_ONCE);
        host.session.received(new Packet.Pubrec(1, ReasonCode.NOT_AUTHORIZED, Properties.NONE));
        CompletionException e = assertThrows(CompletionException.class, o.future::join);
        assertEquals(
                ReasonCode.NOT_AUTHORIZED,
                assertInstanceOf(RefusedException.class, e.getCause()).reasonCode());
        assertEquals(0, host.session.unfinished());
    }

    @Test
    void aResumedSessionSendsFirstWhatIsUnacknowledged() throws Exception {
        online(host, false);
        host.publish("a", QoS.AT_LEAST_ONCE);
        host.publish("b", QoS.EXACTLY_ONCE);
        host.publish("c", QoS.EXACTLY_ONCE);
        host.session.received(pubrec(2));
        host.session.offline();
        host.publish("d", QoS.AT_LEAST_ONCE);
        host.takeSent();
        online(host, true);
        List<Packet> sent = host.takeSent();
        assertEquals(new Packet.Pubrel(2, ReasonCode.SUCCESS, Properties.NONE), sent.get(0));
        Packet.Publish a = (Packet.Publish) sent.get(1);
        assertEquals("a", String.valueOf(a.topic()));
        assertTrue(a.dup());
        assertEquals(1, a.packetId());
        assertEquals("c", String.valueOf(((Packet.Publish) sent.get(2)).topic()));
        Packet.Publish d = (Packet.Publish) sent.get(3);
        assertEquals("d", String.valueOf(d.topic()));
        assertFalse(d.dup());
    }

    @Test
    void aLostSessionSendsAnewWhatTheServerHasNotTakenOver() throws Exception {
        online(host, false);
        Outgoing taken = host.publish("a", QoS.EXACTLY_ONCE);
        Outgoing open = host.publish("b", QoS.EXACTLY_ONCE);
        host.session.received(pubrec(1));
        host.session.offline();
        host.publish("c", QoS.AT_LEAST_ONCE);
        host.takeSent();
        online(host, false);
        assertTrue(taken.future.isDone());
        List<Packet> sent = host.takeSent();
        assertEquals(2, sent.size());
        Packet.Publish b = (Packet.Publish) sent.getFirst();
        assertEquals("b", String.valueOf(b.topic()));
        assertFalse(b.dup());
        assertFalse(open.future.isDone());
        assertEquals(List.of(open), host.waitingAgain);
    }

    @Test
    void whatTheOutboxHasWaitsWhereOthersFail() throws Exception {
        Outgoing kept = host.outgoing("a", QoS.AT_LEAST_ONCE);
        kept.recordId = 1;
        host.session.publish(kept);
        Outgoing failed = host.publish("b", QoS.AT_LEAST_ONCE);
        host.session.failPending(new ConnectionException(new Ending.Lost(null)));
        assertTrue(failed.future.isCompletedExceptionally());
        assertFalse(kept.future.isDone());
        online(host, false);
        assertEquals("a", String.valueOf(((Packet.Publish) host.takeSent().getFirst()).topic()));
    }

    @Test
    void subscriptionsAreMadeAgainExactlyWhenTheSessionIsGone() throws Exception {
        online(host, false);
        host.subscribe(Subscribe.to("a").build());
        int packetId = ((Packet.Subscribe) host.takeSent().getFirst()).packetId();
        host.session.received(
                new Packet.Suback(packetId, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE));
        host.session.offline();
        online(host, true);
        assertEquals(List.of(), host.takeSent());
        host.session.offline();
        online(host, false);
        assertInstanceOf(Packet.Subscribe.class, host.takeSent().getFirst());
    }

    @Test
    void anUnansweredSubscribeIsSentAgain() {
        online(host, false);
        host.subscribe(Subscribe.to("a").build());
        host.takeSent();
        host.session.offline();
        online(host, true);
        assertEquals(1, host.takeSent().size());
    }

    @Test
    void whatFailsForWantOfAConnectionIsNotSubscribedLater() throws Exception {
        online(host, false);
        Subscription granted = host.subscribe(Subscribe.to("granted").build());
        int packetId = ((Packet.Subscribe) host.takeSent().getFirst()).packetId();
        host.session.received(
                new Packet.Suback(packetId, List.of(ReasonCode.GRANTED_QOS_2), Properties.NONE));
        Subscription failed = host.subscribe(Subscribe.to("failed").build());
        host.session.offline();
        host.session.failPending(new ConnectionException(new Ending.Lost(null)));
        assertTrue(failed.next(Duration.ofSeconds(5)).isEmpty()); // it has ended
        assertEquals(List.of(granted), host.session.subscriptions());
    }

    @Test
    void aTopicFilterStaysAsLongAsAnySubscriptionHasIt() throws Exception {
        online(host, false);
        Subscription one = host.subscribe(Subscribe.to("a").and("b").build());
        Subscription two = host.subscribe(Subscribe.to("a").build());
        Subscription three = host.subscribe(Subscribe.to("a").build());
        host.takeSent();
        two.close();
        assertEquals(List.of(), host.takeSent());
        assertTrue(two.next(Duration.ofSeconds(5)).isEmpty()); // it has ended
        one.close();
        Packet.Unsubscribe unsubscribe = (Packet.Unsubscribe) host.takeSent().getFirst();
        assertEquals(List.of(TopicFilter.of("b")), unsubscribe.filters());
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        assertEquals(1, three.buffered());
        host.takeSent();
        three.close(); // the first is on its way out
        unsubscribe = (Packet.Unsubscribe) host.takeSent().getFirst();
        assertEquals(List.of(TopicFilter.of("a")), unsubscribe.filters());
    }

    @Test
    void aRefusedSubscriptionEnds() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").build());
        int packetId = ((Packet.Subscribe) host.takeSent().getFirst()).packetId();
        host.session.received(
                new Packet.Suback(packetId, List.of(ReasonCode.NOT_AUTHORIZED), Properties.NONE));
        assertTrue(s.next(Duration.ZERO).isEmpty());
        assertEquals(List.of(), host.session.subscriptions());
    }

    @Test
    void acknowledgementsKeepTheOrderOfArrival() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").manual().build());
        host.takeSent();
        for (int i = 1; i <= 3; i++) {
            host.session.received(incoming("a", i, QoS.AT_LEAST_ONCE, false));
        }
        IncomingMessage first = s.next();
        IncomingMessage second = s.next();
        IncomingMessage third = s.next();
        third.acknowledge();
        second.acknowledge();
        second.acknowledge();
        assertEquals(List.of(), host.takeSent());
        first.acknowledge();
        assertEquals(List.of(puback(1), puback(2), puback(3)), host.takeSent());
    }

    @Test
    void whatIsHeldAcrossAReconnectionIsAnsweredAndNotDeliveredAgain() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").manual().build());
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        host.session.received(incoming("a", 2, QoS.EXACTLY_ONCE, false));
        IncomingMessage one = s.next();
        IncomingMessage two = s.next();
        host.session.offline();
        one.acknowledge();
        host.takeSent();
        online(host, true);
        host.takeSent();
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, true));
        assertEquals(List.of(puback(1)), host.takeSent());
        host.session.received(incoming("a", 2, QoS.EXACTLY_ONCE, true));
        assertEquals(List.of(), host.takeSent());
        two.acknowledge();
        assertEquals(List.of(pubrec(2)), host.takeSent());
        assertEquals(0, s.buffered());
    }

    @Test
    void qos2IsDeliveredOnceHoweverOftenItComes() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").build());
        host.takeSent();
        host.session.received(incoming("a", 7, QoS.EXACTLY_ONCE, false));
        host.session.received(incoming("a", 7, QoS.EXACTLY_ONCE, true));
        assertEquals(List.of(pubrec(7), pubrec(7)), host.takeSent());
        assertEquals(1, s.buffered());
        host.session.received(new Packet.Pubrel(7, ReasonCode.SUCCESS, Properties.NONE));
        assertEquals(List.of(pubcomp(7)), host.takeSent());
        host.session.received(incoming("a", 7, QoS.EXACTLY_ONCE, false));
        assertEquals(2, s.buffered());
    }

    @Test
    void anAcknowledgementOfALostSessionDoesNothing() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").manual().build());
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        IncomingMessage old = s.next();
        host.session.offline();
        online(host, false);
        host.takeSent();
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        old.acknowledge();
        assertEquals(List.of(), host.takeSent());
        s.next().acknowledge();
        assertEquals(List.of(puback(1)), host.takeSent());
    }

    @Test
    void aFullBufferDropsQos0AndHoldsBackTheRest() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").buffer(1).build());
        host.takeSent();
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        host.session.received(incoming("a", 0, QoS.AT_MOST_ONCE, false));
        host.session.received(incoming("a", 2, QoS.AT_LEAST_ONCE, false));
        assertEquals(1, host.dropped);
        assertEquals(List.of(puback(1)), host.takeSent());
        assertEquals(1, s.next().packetId());
        assertEquals(2, s.next().packetId());
        assertEquals(List.of(puback(2)), host.takeSent());
        assertEquals(0, host.bufferedBytes);
    }

    @Test
    void aClosedSubscriptionHoldsNothingBack() throws Exception {
        online(host, false);
        Subscription s = host.subscribe(Subscribe.to("a").manual().build());
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        host.session.received(incoming("a", 2, QoS.AT_LEAST_ONCE, false));
        assertTrue(host.bufferedBytes > 0);
        host.takeSent();
        s.close();
        int packetId = ((Packet.Unsubscribe) host.takeSent().getFirst()).packetId();
        host.session.received(
                new Packet.Unsuback(packetId, List.of(ReasonCode.SUCCESS), Properties.NONE));
        assertEquals(List.of(puback(1), puback(2)), host.takeSent());
        assertEquals(0, host.bufferedBytes);
        assertEquals(1, s.next().packetId());
        s.next().acknowledge();
        assertEquals(List.of(), host.takeSent());
        assertEquals(0, host.bufferedBytes);
    }

    @Test
    void whatIsLeftOfASubscriptionWithAHandlerIsTheHandlers() throws Exception {
        online(host, false);
        Subscription s =
                new Subscription(
                        host,
                        Subscribe.to("a").acknowledgement(Acknowledgement.AFTER_HANDLER).build(),
                        true);
        host.session.subscribe(new Exchange.Subscribing(s));
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        host.session.received(incoming("a", 2, QoS.AT_LEAST_ONCE, false));
        host.takeSent();
        s.drop();
        assertEquals(List.of(), host.takeSent());
        s.handleAll(m -> {
            assertEquals(m.packetId() - 1, host.sent.size());
            throw new InterruptedException();
        });
        assertEquals(List.of(puback(1), puback(2)), host.takeSent());
        assertEquals(2, host.failures.size());
        assertEquals(0, host.bufferedBytes);
    }

    @Test
    void topicAliasesAreSetOnceAndForgottenWithTheConnection() throws Exception {
        FakeHost h = new FakeHost(10, 0);
        ConnectResult one = result(false, Properties.of(Property.TOPIC_ALIAS_MAXIMUM, 1));
        h.session.online(one, h);
        h.publish("a", QoS.AT_MOST_ONCE);
        h.publish("a", QoS.AT_MOST_ONCE);
        h.publish("b", QoS.AT_MOST_ONCE);
        List<Packet> sent = h.takeSent();
        assertEquals("a", String.valueOf(((Packet.Publish) sent.get(0)).topic()));
        assertEquals("null", String.valueOf(((Packet.Publish) sent.get(1)).topic()));
        assertEquals("b", String.valueOf(((Packet.Publish) sent.get(2)).topic()));
        assertFalse(((Packet.Publish) sent.get(2)).properties().has(Property.TOPIC_ALIAS));
        h.session.offline();
        h.session.online(one, h);
        h.publish("b", QoS.AT_MOST_ONCE);
        Packet.Publish b = (Packet.Publish) h.takeSent().getFirst();
        assertEquals(1, b.properties().number(Property.TOPIC_ALIAS, 0));
        assertEquals("b", String.valueOf(b.topic()));
    }

    @Test
    void aTopicAliasThatWasNotSentIsForgotten() {
        FakeHost h = new FakeHost(10, 0);
        h.session.online(result(false, Properties.of(Property.TOPIC_ALIAS_MAXIMUM, 1)), h);
        Message bad = Message.to("a").contentType("cannot be written").build();
        Outgoing refused = new Outgoing(h, bad, false);
        h.session.publish(refused);
        assertRefused(ReasonCode.PACKET_TOO_LARGE, refused);
        h.publish("a", QoS.AT_MOST_ONCE);
        assertEquals("a", String.valueOf(((Packet.Publish) h.takeSent().getFirst()).topic()));
    }

    @Test
    void whatTheServerDoesNotTakeIsNotSent() {
        Properties terms =
                Properties.builder()
                        .add(Property.MAXIMUM_QOS, 1)
                        .add(Property.RETAIN_AVAILABLE, 0)
                        .build();
        host.session.online(result(false, terms), host);
        assertRefused(ReasonCode.QOS_NOT_SUPPORTED, host.publish("a", QoS.EXACTLY_ONCE));
        Outgoing retained = new Outgoing(host, Message.to("a").retain().build(), false);
        host.session.publish(retained);
        assertRefused(ReasonCode.RETAIN_NOT_SUPPORTED, retained);
        host.largest = 0;
        assertRefused(ReasonCode.PACKET_TOO_LARGE, host.publish("a", QoS.AT_LEAST_ONCE));
        assertEquals(List.of(), host.takeSent());
        assertEquals(0, host.session.unfinished());
    }

    private static void assertRefused(ReasonCode code, Outgoing outgoing) {
        CompletionException e = assertThrows(CompletionException.class, outgoing.future::join);
        assertEquals(code, assertInstanceOf(RefusedException.class, e.getCause()).reasonCode());
    }

    @Test
    void acknowledgementsOutOfTheBlueBreakTheProtocol() {
        online(host, false);
        host.publish("a", QoS.EXACTLY_ONCE);
        assertThrows(MalformedPacketException.class, () -> host.session.received(puback(1)));
        assertThrows(MalformedPacketException.class, () -> host.session.received(pubcomp(1)));
        assertThrows(
                MalformedPacketException.class,
                () ->
                        host.session.received(
                                new Packet.Suback(
                                        9, List.of(ReasonCode.SUCCESS), Properties.NONE)));
    }

    @Test
    void messagesOfAResumedSessionWaitForTheirSubscription() throws Exception {
        online(host, true);
        host.session.received(incoming("a", 1, QoS.AT_LEAST_ONCE, false));
        assertEquals(List.of(), host.takeSent());
        Subscription s = host.subscribe(Subscribe.to("#").build());
        assertEquals(1, s.buffered());
        assertTrue(host.takeSent().contains(puback(1)));
    }

    @Test
    void whatNobodySubscribesToHoldsNothingBackForEver() throws Exception {
        online(host, true);
        host.session.received(incoming("old", 1, QoS.AT_LEAST_ONCE, false));
        host.subscribe(Subscribe.to("new").build());
        host.session.received(incoming("new", 2, QoS.AT_LEAST_ONCE, false));
        host.takeSent();
        host.session.inbox().giveUpUnclaimed();
        host.unclaimed.forEach(IncomingMessage::acknowledge);
        assertEquals(List.of(puback(1), puback(2)), host.takeSent());
    }

    @Test
    void qos0WaitsWhileTheConnectionIsCongested() {
        online(host, false);
        host.isCongested = true;
        Outgoing o = host.publish("a", QoS.AT_MOST_ONCE);
        assertEquals(List.of(), host.takeSent());
        host.isCongested = false;
        host.session.flushed();
        assertEquals(1, host.takeSent().size());
        assertFalse(o.future.isDone());
        host.session.flushed();
        assertTrue(o.future.isDone());
    }

    @Test
    void packetIdentifiersAreNeverInUseTwice() throws Exception {
        online(host, false);
        host.subscribe(Subscribe.to("s").build());
        int subscribeId = ((Packet.Subscribe) host.takeSent().getFirst()).packetId();
        for (int i = 0; i < 65_535 * 2; i++) {
            host.publish("a", QoS.AT_LEAST_ONCE);
            int packetId = ((Packet.Publish) host.takeSent().getFirst()).packetId();
            assertFalse(packetId == subscribeId || packetId == 0);
            host.session.received(puback(packetId));
        }
    }

    @Test
    void subscriptionIdentifiersTellOverlappingSubscriptionsApart() throws Exception {
        online(host, false);
        Subscription one = host.subscribe(Subscribe.to("a/#").identifier(1).build());
        Subscription two = host.subscribe(Subscribe.to("a/+").identifier(2).build());
        Subscription none = host.subscribe(Subscribe.to("#").build());
        host.session.received(
                new Packet.Publish(
                        false,
                        QoS.AT_MOST_ONCE,
                        false,
                        TopicName.of("a/b"),
                        0,
                        Properties.of(Property.SUBSCRIPTION_IDENTIFIER, 2),
                        new byte[0]));
        assertEquals(0, one.buffered());
        assertEquals(1, two.buffered());
        assertEquals(1, none.buffered());
    }
}
