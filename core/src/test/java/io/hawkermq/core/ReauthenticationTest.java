package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.hawkermq.core.TestShards.TestClient;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ReauthenticationTest {
    private static final Properties METHOD = Properties.of(Property.AUTHENTICATION_METHOD, "M");

    /// Gives each exchange one answer.
    private record Scripted(AccessControl rest, Deque<AccessControl.Step> answers)
            implements DelegatingAccess {
        @Override
        public @Nullable Exchange begin(String method, String clientId, String address) {
            return _ -> answers.remove();
        }
    }

    private static TestClient connect(AccessControl.Step... answers) {
        AccessControl access =
                new Scripted(AccessControl.anonymous(), new ArrayDeque<>(List.of(answers)));
        return new TestShards(1, Store.NONE, access).connect("c", METHOD);
    }

    /// DISCONNECT has not all Reason Codes that CONNACK has [MQTT-3.14.2-1].
    @Test
    void whoIsBannedMeanwhileIsToldThatItIsNotAuthorized() {
        TestClient client =
                connect(
                        new AccessControl.Step.Success(null, "user"),
                        new AccessControl.Step.Failure(ReasonCode.BANNED, "too many failures"));

        client.connection.onPacket(new Packet.Auth(ReasonCode.RE_AUTHENTICATE, METHOD));

        Packet.Disconnect told = Objects.requireNonNull(client.last(Packet.Disconnect.class));
        assertEquals(ReasonCode.NOT_AUTHORIZED, told.reasonCode());
    }

    @Test
    void whoWasAnotherUserHasToGo() {
        TestClient client =
                connect(
                        new AccessControl.Step.Success(null, "ann"),
                        new AccessControl.Step.Success(null, "ann"),
                        new AccessControl.Step.Success(null, "bob"));

        client.connection.onPacket(new Packet.Auth(ReasonCode.RE_AUTHENTICATE, METHOD));

        Packet.Auth renewed = Objects.requireNonNull(client.last(Packet.Auth.class));
        assertEquals(ReasonCode.SUCCESS, renewed.reasonCode());

        client.connection.onPacket(new Packet.Auth(ReasonCode.RE_AUTHENTICATE, METHOD));

        Packet.Disconnect told = Objects.requireNonNull(client.last(Packet.Disconnect.class));
        assertEquals(ReasonCode.NOT_AUTHORIZED, told.reasonCode());
        assertFalse(client.connection.isConnected());
    }

    @Test
    void whoIsBannedBeforeItConnectsIsToldSo() {
        TestClient client =
                connect(new AccessControl.Step.Failure(ReasonCode.BANNED, "too many failures"));

        Packet.Connack told = Objects.requireNonNull(client.last(Packet.Connack.class));
        assertEquals(ReasonCode.BANNED, told.reasonCode());
    }
}
