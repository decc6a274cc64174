package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the server says with words of the client's, which may be as long as a packet allows.
final class LongTextsTest {
    private static final String SNAKES = "\uD83D\uDC0D".repeat(16_000); // of 4 bytes each

    @Test
    void thereIsNoTopicForAnswersIfItWouldBeTooLong() {
        TestShards shards = new TestShards(1, Store.NONE);
        Properties asking = Properties.of(Property.REQUEST_RESPONSE_INFORMATION, 1);

        TestClient most = shards.connect("c".repeat(65_526), asking);
        TestClient tooLong = shards.connect("c".repeat(65_527), asking);

        assertEquals(
                "response/" + most.connection.clientId(),
                connack(most).properties().text(Property.RESPONSE_INFORMATION));
        assertEquals(ReasonCode.SUCCESS, connack(tooLong).reasonCode());
        assertNull(connack(tooLong).properties().text(Property.RESPONSE_INFORMATION));
    }

    @Test
    void theReasonOfARefusedConnectIsCut() {
        TestShards shards = new TestShards(1, Store.NONE);

        TestClient client =
                shards.connect("c", Properties.of(Property.AUTHENTICATION_METHOD, SNAKES));

        assertEquals(ReasonCode.BAD_AUTHENTICATION_METHOD, connack(client).reasonCode());
        assertIsCut(connack(client).properties().text(Property.REASON_STRING));
    }

    @Test
    void theReasonOfARefusedSubscriptionIsCut() {
        AccessControl anonymous = AccessControl.anonymous();
        AccessControl access =
                new DelegatingAccess() {
                    @Override
                    public AccessControl rest() {
                        return anonymous;
                    }

                    @Override
                    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
                        return false;
                    }
                };
        TestClient client = new TestShards(1, Store.NONE, access).connect("c", 0);

        client.subscribe(SNAKES, QoS.AT_MOST_ONCE);

        Packet.Suback suback = Objects.requireNonNull(client.last(Packet.Suback.class));
        assertIsCut(suback.properties().text(Property.REASON_STRING));
    }

    private static Packet.Connack connack(TestClient client) {
        return Objects.requireNonNull(client.last(Packet.Connack.class));
    }

    private static void assertIsCut(@Nullable String reason) {
        int length = Objects.requireNonNull(reason).length();
        assertTrue(length == 999 || length == 1_000, length + " characters");
        assertTrue(!Character.isHighSurrogate(reason.charAt(length - 1)));
    }
}
