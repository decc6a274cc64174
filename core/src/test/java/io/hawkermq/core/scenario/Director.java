package io.hawkermq.core.scenario;

import io.hawkermq.core.Limits;
import io.hawkermq.core.Store;
import io.hawkermq.core.scenario.Script.Step;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Carries out the commands of a [Script]:
///
/// ```
/// server shards=2 queue=10 receive=20 widest=40 aliases=10 subscriptions=5 expiration=60 keepalive=60
///         sessions=2 levels=200 payload=10 inflightbytes=16 noretain upgrade queueqos0
///         store head=16 offlinebytes=1000                                                         first, if at all
/// connect c1 version=5 clean expiry=60 will=topic:text willqos=1 willdelay=5 willretain
///         receive=1 aliases=3 maximum=100 keepalive=10 id=other
/// c1 publish TOPIC TEXT qos=1 id=1 retain dup expiry=5 alias=1 user=name:value
/// c1 publishes TOPIC ONE,TWO,THREE qos=1 id=1           several at once, with ascending identifiers
/// c1 puback|pubrec|pubrel|pubcomp 1 code=0x80
/// c1 subscribe 1 FILTER,FILTER qos=1 nolocal rap handling=1 identifier=7
/// c1 unsubscribe 1 FILTER,FILTER
/// c1 ping | c1 disconnect code=0x04 expiry=0 | c1 drop
/// limits receive=1 ...                               other ones from now on, as for server
/// control TOPIC                                      somebody takes commands there
/// wait 1500                                          milliseconds
/// disk full | disk ready
/// ```
final class Director {
    private final Map<String, Stage.Client> clients = new HashMap<>();
    private final Map<String, ProtocolVersion> versions = new HashMap<>();
    private @Nullable Stage stage;

    /// @return what clients got because of it
    List<String> carryOut(Step step) {
        String first = step.word(0);
        switch (first) {
            case "server" ->
                    stage =
                            new Stage(
                                    (int) step.option("shards", 1),
                                    limits(step),
                                    step.has("store") ? Stage.Keeps.SESSIONS : Stage.Keeps.NOTHING);
            case "limits" -> stage().limits(limits(step));
            case "wait" -> stage().advance(step.number(1));
            case "connect" -> connect(step);
            case "control" -> stage().takeCommands(step.word(1));
            case "disk" ->
                    stage().storeState(
                                    step.word(1).equals("full")
                                            ? Store.State.FULL
                                            : Store.State.READY);
            default -> act(step, first);
        }
        stage().settle();
        return stage().takeHappened();
    }

    private Stage stage() {
        Stage current = stage;
        if (current == null) {
            current = new Stage(1, Limits.DEFAULT, Stage.Keeps.NOTHING);
            stage = current;
        }
        return current;
    }

    private static Limits limits(Step step) {
        Limits d = Limits.DEFAULT;
        return d.with(l ->
                l.receiveMaximum((int) step.option("receive", d.receiveMaximum()))
                        .widestWindow(
                                (int)
                                        step.option(
                                                "widest", step.option("receive", d.widestWindow())))
                        .topicAliasMaximum((int) step.option("aliases", d.topicAliasMaximum()))
                        .topicAliasMaximumBroker(
                                (int) step.option("aliases", d.topicAliasMaximumBroker()))
                        .maximumQueuedMessages(
                                (int) step.option("queue", d.maximumQueuedMessages()))
                        .persistentClientExpiration(
                                step.option("expiration", d.persistentClientExpiration()))
                        .maximumSubscriptions(
                                (int) step.option("subscriptions", d.maximumSubscriptions()))
                        .maximumSharedSubscriptions(
                                (int) step.option("shared", d.maximumSharedSubscriptions()))
                        .maximumKeepAlive((int) step.option("keepalive", d.maximumKeepAlive()))
                        .maximumSessions((int) step.option("sessions", d.maximumSessions()))
                        .maximumTopicLevels((int) step.option("levels", d.maximumTopicLevels()))
                        .maximumPayload((int) step.option("payload", d.maximumPayload()))
                        .maximumOfflineBytes(step.option("offlinebytes", d.maximumOfflineBytes()))
                        .queueHeadOffline((int) step.option("head", d.queueHeadOffline()))
                        .maximumInflightBytes(
                                step.option("inflightbytes", d.maximumInflightBytes()))
                        .retain(step.has("noretain") ? Limits.Retain.REFUSED : d.retain())
                        .outgoingQos(
                                step.has("upgrade")
                                        ? Limits.OutgoingQos.AS_GRANTED
                                        : d.outgoingQos())
                        .atMostOnce(
                                step.has("queueqos0") ? Limits.AtMostOnce.QUEUED : d.atMostOnce()));
    }

    private void connect(Step step) {
        String name = step.word(1);
        ProtocolVersion version =
                switch (step.option("version", "4")) {
                    case "3" -> ProtocolVersion.MQTT_3_1;
                    case "5" -> ProtocolVersion.MQTT_5;
                    default -> ProtocolVersion.MQTT_3_1_1;
                };
        Properties.Builder b = Properties.builder();
        add(b, Property.SESSION_EXPIRY_INTERVAL, step, "expiry");
        add(b, Property.RECEIVE_MAXIMUM, step, "receive");
        add(b, Property.TOPIC_ALIAS_MAXIMUM, step, "aliases");
        add(b, Property.MAXIMUM_PACKET_SIZE, step, "maximum");
        Stage.Client client = stage().new Client(name);
        clients.put(name, client);
        versions.put(name, version);
        client.sends(
                new Packet.Connect(
                        version,
                        false,
                        step.has("clean"),
                        (int) step.option("keepalive", 0),
                        step.option("id", name),
                        will(step),
                        null,
                        null,
                        b.build()));
    }

    private static @Nullable Will will(Step step) {
        String will = step.option("will", "");
        if (will.isEmpty()) {
            return null;
        }
        int colon = will.indexOf(':');
        Properties.Builder b = Properties.builder();
        add(b, Property.WILL_DELAY_INTERVAL, step, "willdelay");
        return new Will(
                TopicName.of(will.substring(0, colon)),
                will.substring(colon + 1).getBytes(StandardCharsets.UTF_8),
                QoS.of((int) step.option("willqos", 0)),
                step.has("willretain"),
                b.build());
    }

    private static void add(Properties.Builder to, Property property, Step step, String option) {
        long value = step.option(option, -1);
        if (value >= 0) {
            to.add(property, value);
        }
    }

    private void act(Step step, String name) {
        Stage.Client client = clients.get(name);
        if (client == null) {
            throw new IllegalArgumentException("line " + step.line() + ": who is " + name + "?");
        }
        Properties none = Properties.NONE;
        switch (step.word(1)) {
            case "publish" -> client.sends(publish(step));
            case "publishes" -> client.sendsAtOnce(publishes(step));
            case "puback" -> client.sends(new Packet.Puback(step.number(2), code(step), none));
            case "pubrec" -> client.sends(new Packet.Pubrec(step.number(2), code(step), none));
            case "pubrel" -> client.sends(new Packet.Pubrel(step.number(2), code(step), none));
            case "pubcomp" -> client.sends(new Packet.Pubcomp(step.number(2), code(step), none));
            case "subscribe" -> client.sends(subscribe(step));
            case "unsubscribe" ->
                    client.sends(new Packet.Unsubscribe(step.number(2), filters(step), none));
            case "ping" -> client.sends(new Packet.Pingreq());
            case "disconnect" -> {
                Properties.Builder b = Properties.builder();
                add(b, Property.SESSION_EXPIRY_INTERVAL, step, "expiry");
                client.sends(new Packet.Disconnect(code(step), b.build()));
            }
            case "drop" -> client.drops();
            default -> throw new IllegalArgumentException("line " + step.line() + ": " + step);
        }
    }

    private static ReasonCode code(Step step) {
        int code = Integer.decode(step.option("code", "0"));
        ReasonCode known = ReasonCode.of(code);
        if (known == null) {
            throw new IllegalArgumentException("there is no Reason Code " + code);
        }
        return known;
    }

    private static Packet.Publish publish(Step step) {
        Properties.Builder b = Properties.builder();
        add(b, Property.MESSAGE_EXPIRY_INTERVAL, step, "expiry");
        add(b, Property.TOPIC_ALIAS, step, "alias");
        String user = step.option("user", "");
        if (!user.isEmpty()) {
            b.user(user.substring(0, user.indexOf(':')), user.substring(user.indexOf(':') + 1));
        }
        String text = step.word(3).equals("-") ? "" : step.word(3);
        return new Packet.Publish(
                step.has("dup"),
                QoS.of((int) step.option("qos", 0)),
                step.has("retain"),
                step.word(2).equals("-") ? null : TopicName.of(step.word(2)),
                (int) step.option("id", 0),
                b.build(),
                text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Packet.Publish> publishes(Step step) {
        QoS qos = QoS.of((int) step.option("qos", 0));
        int packetId = (int) step.option("id", 0);
        List<Packet.Publish> packets = new ArrayList<>();
        for (String text : step.word(3).split(",")) {
            packets.add(
                    new Packet.Publish(
                            false,
                            qos,
                            false,
                            TopicName.of(step.word(2)),
                            qos == QoS.AT_MOST_ONCE ? 0 : packetId++,
                            Properties.NONE,
                            text.getBytes(StandardCharsets.UTF_8)));
        }
        return packets;
    }

    private static Packet.Subscribe subscribe(Step step) {
        Properties.Builder b = Properties.builder();
        add(b, Property.SUBSCRIPTION_IDENTIFIER, step, "identifier");
        SubscriptionOptions options =
                new SubscriptionOptions(
                        QoS.of((int) step.option("qos", 0)),
                        step.has("nolocal"),
                        step.has("rap"),
                        RetainHandling.of((int) step.option("handling", 0)));
        return new Packet.Subscribe(
                step.number(2),
                filters(step).stream().map(f -> new Packet.Subscribe.Entry(f, options)).toList(),
                b.build());
    }

    private static List<TopicFilter> filters(Step step) {
        return Arrays.stream(step.word(3).split(",")).map(TopicFilter::of).toList();
    }
}
