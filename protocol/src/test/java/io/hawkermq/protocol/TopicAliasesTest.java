package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TopicAliasesTest {
    private static final TopicName A = TopicName.of("a");
    private static final TopicName B = TopicName.of("b");

    @Test
    void outboundAliasesAreGivenOnceUpToTheMaximum() {
        OutboundTopicAliases aliases = new OutboundTopicAliases(2);
        assertEquals(0, aliases.find(A));
        assertEquals(1, aliases.assign(A));
        assertEquals(2, aliases.assign(B));
        assertEquals(0, aliases.assign(TopicName.of("c")));
        assertEquals(1, aliases.find(TopicName.of("a")));
        assertEquals(2, aliases.find(B));
    }

    @Test
    void anAliasThatWasNotSentIsFreeAgain() {
        OutboundTopicAliases aliases = new OutboundTopicAliases(1);
        aliases.assign(A);
        aliases.forgetLast(A);
        assertEquals(0, aliases.find(A));
        assertEquals(1, aliases.assign(B));
    }

    @Test
    void withoutAMaximumThereAreNone() {
        OutboundTopicAliases aliases = new OutboundTopicAliases(0);
        assertTrue(aliases.isOff());
        assertEquals(0, aliases.assign(A));
    }

    @Test
    void inboundAliasesAreSetUsedAndSetAnew() throws MalformedPacketException {
        InboundTopicAliases aliases = new InboundTopicAliases(65_535);
        assertEquals(A, aliases.resolve(publish(A, 65_535)));
        assertEquals(B, aliases.resolve(publish(B, 1)));
        assertEquals(A, aliases.resolve(publish(null, 65_535)));
        assertEquals(B, aliases.resolve(publish(B, 65_535)));
        assertEquals(B, aliases.resolve(publish(null, 65_535)));
        assertEquals(A, aliases.resolve(publish(A, 0)));
    }

    @Test
    void inboundAliasesThatAreNotSetOrTooLargeAreRefused() {
        InboundTopicAliases aliases = new InboundTopicAliases(3);
        assertEquals(ReasonCode.PROTOCOL_ERROR, refused(aliases, publish(null, 3)));
        assertEquals(ReasonCode.TOPIC_ALIAS_INVALID, refused(aliases, publish(A, 4)));
        assertEquals(ReasonCode.TOPIC_ALIAS_INVALID, refused(aliases, publish(null, 4)));
        assertEquals(
                ReasonCode.TOPIC_ALIAS_INVALID, refused(new InboundTopicAliases(0), publish(A, 1)));
    }

    private static ReasonCode refused(InboundTopicAliases aliases, Packet.Publish publish) {
        return assertThrows(MalformedPacketException.class, () -> aliases.resolve(publish))
                .reasonCode();
    }

    private static Packet.Publish publish(@Nullable TopicName topic, int alias) {
        return new Packet.Publish(
                false,
                QoS.AT_MOST_ONCE,
                false,
                topic,
                0,
                alias == 0 ? Properties.NONE : Properties.of(Property.TOPIC_ALIAS, alias),
                new byte[0]);
    }
}
