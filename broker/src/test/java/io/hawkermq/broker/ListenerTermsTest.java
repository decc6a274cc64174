package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Terms;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What clients of one listener are held to, and those of another are not.
class ListenerTermsTest {
    private static final ProtocolVersion V4 = ProtocolVersion.MQTT_3_1_1;
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int MOUNTED = 0;
    private static final int PLAIN = 1;

    /// The first listener has terms, the second has not.
    private static Broker start(Consumer<Terms.Builder> change) throws StartException {
        return Broker.start(
                BrokerOptions.local(0)
                        .with(o ->
                                o.sysIntervalSeconds(0)
                                        .listeners(
                                                Listener.loopback(0)
                                                        .with(l ->
                                                                l.terms(
                                                                        Terms.DEFAULT.with(
                                                                                change))),
                                                Listener.loopback(0))));
    }

    private static TestClient client(Broker broker, int listener, String clientId)
            throws IOException {
        return TestClient.connected(broker.port(listener), V5, clientId);
    }

    private static Packet.Connect connect(
            ProtocolVersion version,
            String clientId,
            @Nullable String userName,
            @Nullable Will will) {
        return new Packet.Connect(
                version, false, true, 60, clientId, will, userName, null, Properties.NONE);
    }

    private static Packet.Connack answer(Broker broker, Packet.Connect connect) throws IOException {
        try (TestClient client = new TestClient(broker.port(MOUNTED), connect.version())) {
            client.send(connect);
            return client.next(Packet.Connack.class);
        }
    }

    private static void subscribe(TestClient client, String filter) throws IOException {
        client.send(TestClient.subscribe(filter, QoS.EXACTLY_ONCE));
        assertFalse(client.next(Packet.Suback.class).reasonCodes().getFirst().isError());
    }

    private static String topicOf(TestClient client) throws IOException {
        return String.valueOf(client.next(Packet.Publish.class).topic());
    }

    // ---- mount_point ----

    @Test
    void clientsDoNotSeeTheMountPointAndOthersDo() throws Exception {
        try (Broker broker = start(t -> t.mountPoint("plant/"));
                TestClient inside = client(broker, MOUNTED, "inside");
                TestClient outside = client(broker, PLAIN, "outside")) {
            subscribe(inside, "#");
            subscribe(outside, "#");
            inside.send(TestClient.publish("a", QoS.AT_MOST_ONCE, 0, new byte[] {1}));
            assertEquals("a", topicOf(inside));
            assertEquals("plant/a", topicOf(outside));
            outside.send(
                    TestClient.publish("a", QoS.AT_MOST_ONCE, 0, new byte[] {1}),
                    TestClient.publish("plant/b", QoS.AT_MOST_ONCE, 0, new byte[] {1}));
            assertEquals("a", topicOf(outside));
            assertEquals("plant/b", topicOf(outside));
            assertEquals("b", topicOf(inside), "and not a, which lies outside");
        }
    }

    @Test
    void sharedSubscriptionsAndUnsubscribeAreMountedToo() throws Exception {
        try (Broker broker = start(t -> t.mountPoint("plant/"));
                TestClient inside = client(broker, MOUNTED, "inside");
                TestClient outside = client(broker, PLAIN, "outside")) {
            subscribe(inside, "$share/g/x/+");
            outside.send(
                    TestClient.publish("x/1", QoS.AT_MOST_ONCE, 0, new byte[] {1}),
                    TestClient.publish("plant/x/2", QoS.AT_MOST_ONCE, 0, new byte[] {1}));
            assertEquals("x/2", topicOf(inside));
            inside.send(
                    new Packet.Unsubscribe(
                            2, List.of(TopicFilter.of("$share/g/x/+")), Properties.NONE));
            assertEquals(
                    List.of(ReasonCode.SUCCESS), inside.next(Packet.Unsuback.class).reasonCodes());
        }
    }

    @Test
    void willsAndRetainedMessagesAreMounted() throws Exception {
        try (Broker broker = start(t -> t.mountPoint("plant/"));
                TestClient outside = client(broker, PLAIN, "outside")) {
            subscribe(outside, "#");
            Will will =
                    new Will(
                            TopicName.of("gone"),
                            new byte[] {7},
                            QoS.AT_LEAST_ONCE,
                            true,
                            Properties.NONE);
            try (TestClient dying = new TestClient(broker.port(MOUNTED), V5)) {
                dying.send(connect(V5, "dying", null, will));
                dying.next(Packet.Connack.class);
            }
            assertEquals("plant/gone", topicOf(outside));
            try (TestClient inside = client(broker, MOUNTED, "inside")) {
                subscribe(inside, "gone");
                Packet.Publish retained = inside.next(Packet.Publish.class);
                assertEquals("gone", String.valueOf(retained.topic()));
                assertTrue(retained.retain());
            }
        }
    }

    @Test
    void topicAliasesStandForTheNamesThatTheClientSees() throws Exception {
        try (Broker broker = start(t -> t.mountPoint("plant/"));
                TestClient inside = client(broker, MOUNTED, "inside");
                TestClient outside = client(broker, PLAIN, "outside")) {
            subscribe(outside, "plant/#");
            Properties alias = Properties.of(Property.TOPIC_ALIAS, 1);
            inside.send(
                    new Packet.Publish(
                            false,
                            QoS.AT_MOST_ONCE,
                            false,
                            TopicName.of("t"),
                            0,
                            alias,
                            new byte[0]),
                    new Packet.Publish(
                            false, QoS.AT_MOST_ONCE, false, null, 0, alias, new byte[0]));
            assertEquals("plant/t", topicOf(outside));
            assertEquals("plant/t", topicOf(outside));
        }
    }

    @Test
    void whatBecomesTooLongBehindTheMountPointIsRefused() throws Exception {
        String longest = "x".repeat(65_535);
        try (Broker broker = start(t -> t.mountPoint("plant/"));
                TestClient client = client(broker, MOUNTED, "c")) {
            client.send(TestClient.subscribe(longest, QoS.AT_MOST_ONCE));
            assertEquals(
                    List.of(ReasonCode.TOPIC_FILTER_INVALID),
                    client.next(Packet.Suback.class).reasonCodes());
            client.send(TestClient.publish(longest, QoS.AT_MOST_ONCE, 0, new byte[0]));
            assertEquals(
                    ReasonCode.TOPIC_NAME_INVALID,
                    client.next(Packet.Disconnect.class).reasonCode());
            Will will =
                    new Will(
                            TopicName.of(longest),
                            new byte[0],
                            QoS.AT_MOST_ONCE,
                            false,
                            Properties.NONE);
            assertEquals(
                    ReasonCode.TOPIC_NAME_INVALID,
                    answer(broker, connect(V5, "d", null, will)).reasonCode());
        }
    }

    // ---- what is accepted ----

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void onlyTheNamedVersionsAreAccepted(ProtocolVersion version) throws Exception {
        try (Broker broker = start(t -> t.versions(EnumSet.of(V5)))) {
            assertEquals(
                    version == V5 ? ReasonCode.SUCCESS : ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    answer(broker, connect(version, "c", null, null)).reasonCode());
        }
    }

    @Test
    void aHigherQosThanAllowedEndsTheConnection() throws Exception {
        try (Broker broker = start(t -> t.maximumQos(QoS.AT_LEAST_ONCE));
                TestClient client = new TestClient(broker.port(MOUNTED), V5)) {
            client.send(connect(V5, "c", null, null));
            assertEquals(
                    1,
                    client.next(Packet.Connack.class)
                            .properties()
                            .number(Property.MAXIMUM_QOS, -1));
            client.send(TestClient.subscribe("t", QoS.EXACTLY_ONCE));
            assertEquals(
                    List.of(ReasonCode.GRANTED_QOS_1),
                    client.next(Packet.Suback.class).reasonCodes());
            client.send(TestClient.publish("t", QoS.EXACTLY_ONCE, 1, new byte[0]));
            assertEquals(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    client.next(Packet.Disconnect.class).reasonCode());
            assertTrue(client.isClosedByBroker());
            Will will =
                    new Will(
                            TopicName.of("w"),
                            new byte[0],
                            QoS.EXACTLY_ONCE,
                            false,
                            Properties.NONE);
            assertEquals(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    answer(broker, connect(V5, "d", null, will)).reasonCode());
        }
    }

    @Test
    void topicAliasesAreOfTheListener() throws Exception {
        try (Broker broker = start(t -> t.topicAliasMaximum(3))) {
            Packet.Connack connack = answer(broker, connect(V5, "c", null, null));
            assertEquals(3, connack.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0));
        }
    }

    // ---- Client Identifiers ----

    @Test
    void theUserNameIsTheClientIdentifier() throws Exception {
        try (Broker broker = start(t -> t.clientIds(Terms.ClientIds.USER_NAME));
                TestClient ann = new TestClient(broker.port(MOUNTED), V5);
                TestClient other = new TestClient(broker.port(PLAIN), V5)) {
            ann.send(connect(V5, "whatever", "ann", null));
            ann.next(Packet.Connack.class);
            other.connected("ann"); // takes the session over
            assertEquals(
                    ReasonCode.SESSION_TAKEN_OVER, ann.next(Packet.Disconnect.class).reasonCode());
            assertEquals(
                    ReasonCode.NOT_AUTHORIZED,
                    answer(broker, connect(V5, "whatever", null, null)).reasonCode());
        }
    }

    @ParameterizedTest
    @CsvSource({"dev-1, SUCCESS", "dev, SUCCESS", "de, NOT_AUTHORIZED", "x-dev, NOT_AUTHORIZED"})
    void theClientIdentifierMustBeginAsNamed(String clientId, ReasonCode expected)
            throws Exception {
        try (Broker broker = start(t -> t.clientIdBeginning("dev"))) {
            assertEquals(expected, answer(broker, connect(V5, clientId, null, null)).reasonCode());
        }
    }

    @Test
    void anEmptyClientIdentifierIsAssignedAsNamedOrRefused() throws Exception {
        try (Broker broker = start(t -> t.assignedBeginning("made-"))) {
            String assigned =
                    answer(broker, connect(V5, "", null, null))
                            .properties()
                            .text(Property.ASSIGNED_CLIENT_IDENTIFIER);
            assertTrue(Objects.requireNonNull(assigned).matches("made-[-0-9A-F]{36}"), assigned);
        }
        try (Broker broker = start(t -> t.emptyClientIds(Terms.EmptyClientIds.REFUSED))) {
            for (ProtocolVersion version : List.of(V4, V5)) {
                Packet.Connack connack = answer(broker, connect(version, "", null, null));
                assertEquals(
                        version == V5
                                ? ReasonCode.UNSPECIFIED_ERROR
                                : ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        connack.reasonCode());
                assertNull(connack.properties().text(Property.ASSIGNED_CLIENT_IDENTIFIER));
            }
        }
    }

    // ---- access of each listener ----

    /// Of a user, who may receive below one topic only.
    private record Only(String topics, int listenerPort) implements AccessControl {
        @Override
        public void connect(
                Packet.Connect connect,
                String clientId,
                String address,
                Consumer<Runnable> owner,
                Consumer<Decision> answer) {
            answer.accept(new Decision.Allowed(connect.userName()));
        }

        @Override
        public @Nullable Exchange begin(String method, String clientId, String address) {
            return null;
        }

        @Override
        public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
            return topic.toString().startsWith(topics);
        }

        @Override
        public boolean mayReceive(Principal client, TopicName topic) {
            return topic.toString().startsWith(topics);
        }

        @Override
        public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
            return filter.filter().startsWith(topics);
        }

        @Override
        public boolean mayReceiveAll(Principal client) {
            return false;
        }
    }

    @Test
    void anyAccessKeepsWhatOneListenerWouldAllowAndLetsNobodyIn() {
        AnyAccess any = new AnyAccess(List.of(new Only("a/", 1883), new Only("b/", 1884)));
        AccessControl.Principal client = new AccessControl.Principal("c", null, "");
        for (String topic : List.of("a/x", "b/x", "c/x")) {
            boolean isExpected = !topic.startsWith("c");
            TopicName name = TopicName.of(topic);
            assertEquals(isExpected, any.mayReceive(client, name), topic);
            assertEquals(isExpected, any.mayPublish(client, name, QoS.AT_MOST_ONCE), topic);
            assertEquals(
                    isExpected,
                    any.maySubscribe(client, TopicFilter.of(topic), QoS.AT_MOST_ONCE),
                    topic);
        }
        assertFalse(any.mayReceiveAll(client));
        AccessControl.Decision[] answer = new AccessControl.Decision[1];
        any.connect(connect(V5, "c", "ann", null), "c", "", _ -> {}, d -> answer[0] = d);
        assertEquals(
                AccessControl.Decision.Denied.class,
                Objects.requireNonNull(answer[0], Arrays.toString(answer)).getClass());
    }

    /// Of a retained message that is older than the process: the rules of the listener decide through
    /// which its publisher came, those of any other where that one is gone.
    @Test
    void anyAccessFindsTheListenerAgain() {
        AnyAccess any = new AnyAccess(List.of(new Only("a/", 1883), new Only("b/", 1884)));
        assertEquals(new Only("b/", 1884), any.ofListener(1884));
        assertSame(any, any.ofListener(1885));
        assertSame(any, any.ofListener(0));
    }

    @Test
    void theAccessControlSeesTheMountedTopics() throws Exception {
        Listener listener =
                Listener.loopback(0)
                        .with(l ->
                                l.access(new Only("plant/", 0))
                                        .terms(Terms.DEFAULT.with(t -> t.mountPoint("plant/"))));
        try (Broker broker =
                        Broker.start(
                                BrokerOptions.local(0)
                                        .with(o -> o.sysIntervalSeconds(0).listeners(listener)));
                TestClient client = client(broker, 0, "c")) {
            client.send(
                    new Packet.Subscribe(
                            1,
                            List.of(
                                    new Packet.Subscribe.Entry(
                                            TopicFilter.of("#"),
                                            SubscriptionOptions.of(QoS.AT_MOST_ONCE))),
                            Properties.NONE));
            assertEquals(
                    List.of(ReasonCode.SUCCESS), client.next(Packet.Suback.class).reasonCodes());
            client.send(TestClient.publish("a", QoS.AT_MOST_ONCE, 0, new byte[0]));
            assertEquals("a", topicOf(client));
        }
    }
}
