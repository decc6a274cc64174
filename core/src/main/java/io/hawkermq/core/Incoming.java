package io.hawkermq.core;

import io.hawkermq.protocol.InboundTopicAliases;
import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicName;
import org.jspecify.annotations.Nullable;

/// What a client publishes over one connection: whether it may, where it goes, and how it is
/// acknowledged. Stop 3 of a PUBLISH.
final class Incoming {
    private final Connection connection;
    private final Session session;
    private final InboundTopicAliases aliases;
    private final int receiveMaximum;
    private boolean isAnswering;

    /// @param topicAliasMaximum aliases that the client may use, as CONNACK tells it
    /// @param receiveMaximum QoS 2 messages that it need not have released, likewise
    Incoming(Connection connection, Session session, int topicAliasMaximum, int receiveMaximum) {
        this.connection = connection;
        this.session = session;
        this.receiveMaximum = receiveMaximum;
        aliases =
                topicAliasMaximum == 0
                        ? InboundTopicAliases.OFF
                        : new InboundTopicAliases(topicAliasMaximum);
    }

    private Shard shard() {
        return connection.shard();
    }

    void onPublish(Packet.Publish p) {
        Shard shard = connection.shard();
        TopicName topic = topicOf(p);
        if (topic == null) {
            return; // refused
        }
        shard.counters().publishBytesReceived += p.payload().length;
        if (shard.isDebug()) {
            debugReceived(p, topic);
        }
        if (p.qos() == QoS.EXACTLY_ONCE && !isFirst(p)) {
            return;
        }
        Message message = Message.of(p, topic, session.publisher(), shard.now());
        Journal journal = shard.journal();
        DropReason refusal = journal.refusal();
        long before = journal.changes();
        ReasonCode result;
        if (isReserved(topic, shard.control())
                || !connection.access().mayPublish(session.principal(), topic, p.qos())) {
            shard.drop(DropReason.NOT_AUTHORIZED, connection.clientId());
            result = ReasonCode.NOT_AUTHORIZED;
        } else if (p.payload().length > shard.limits().maximumPayload()) {
            shard.drop(DropReason.PAYLOAD_TOO_LARGE, connection.clientId());
            // PUBACK and PUBREC have no code of their own for it [MQTT-3.4.2-1].
            result = ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR;
        } else if (Control.concerns(topic)) {
            shard.control().accept(connection.access(), session.principal(), topic, p.payload());
            result = ReasonCode.SUCCESS;
        } else if (refusal != null && shard.distribution().wouldStore(message)) {
            shard.drop(refusal, connection.clientId());
            result = ReasonCode.QUOTA_EXCEEDED;
        } else {
            isAnswering = p.qos() == QoS.EXACTLY_ONCE;
            boolean matched = shard.publish(message);
            result = matched ? ReasonCode.SUCCESS : ReasonCode.NO_MATCHING_SUBSCRIBERS;
        }
        if (result != ReasonCode.QUOTA_EXCEEDED || connection.version().isMqtt5()) {
            // Before 5.0 a refusal is no answer: the client keeps the message and sends it again.
            acknowledge(
                    p,
                    connection.version().isMqtt5() ? result : ReasonCode.SUCCESS,
                    journal.changes() == before ? Storing.NOTHING : Storing.SOMETHING);
        }
        if (isAnswering) {
            isAnswering = false;
            session.outgoing().answered();
        }
        settle(shard);
    }

    /// True if there is nothing more to do about these packets than to pass them on, and at QoS 1 to
    /// acknowledge them at once.
    boolean mayRelay(PublishRun run) {
        Shard shard = connection.shard();
        TopicName topic = run.topic();
        return !shard.mustSeeMessages()
                && connection.terms().mountPoint() == null
                && !topic.isReserved()
                && run.qos().level() <= connection.terms().maximumQos().level()
                && run.longestPacket() <= shard.limits().maximumPayload()
                && !shard.limits().isTooDeep(topic.utf8())
                && !shard.distribution().wouldStore(run.qos(), topic)
                && connection.access().mayPublish(session.principal(), topic, run.qos());
    }

    /// Stop 3 of PUBLISH packets that are passed on as they came, after [#mayRelay].
    void relay(PublishRun run) {
        Shard shard = connection.shard();
        shard.counters().publishBytesReceived += run.payloadBytes();
        boolean matched = shard.distribution().relay(run, session.publisher());
        if (run.qos() == QoS.AT_LEAST_ONCE) {
            ReasonCode result =
                    matched || !connection.version().isMqtt5()
                            ? ReasonCode.SUCCESS
                            : ReasonCode.NO_MATCHING_SUBSCRIBERS;
            for (int i = 0; i < run.count(); i++) {
                shard.journal()
                        .sendInOrder(
                                connection,
                                new Packet.Puback(run.packetId(i), result, Properties.NONE));
            }
        }
        settle(shard);
    }

    /// A message has gone where it goes.
    private void settle(Shard shard) {
        if (shard.peers().isMuchUnposted()) {
            shard.postOutgoing();
        }
        if (shard.budgets().holdsBack()) {
            shard.budgets().holdBack(connection);
        }
    }

    /// The Topic Name behind alias and mount point.
    ///
    /// @return null if the packet breaks the rules of the connection, which is refused then
    private @Nullable TopicName topicOf(Packet.Publish p) {
        TopicName topic = p.topic();
        if (topic == null || !p.properties().isEmpty()) {
            try {
                topic = aliases.resolve(p);
            } catch (MalformedPacketException e) {
                connection.refuse(e.reasonCode(), e.reason());
                return null;
            }
        }
        if (p.qos().level() > connection.terms().maximumQos().level()) {
            connection.refuse(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "QoS " + p.qos().level() + " is above what the listener allows");
            return null; // [MQTT-3.2.2-11]
        }
        if (shard().limits().isTooDeep(topic.utf8())) {
            connection.refuse(ReasonCode.MALFORMED_PACKET, "the Topic Name has too many levels");
            return null;
        }
        if (p.retain() && shard().limits().retain() == Limits.Retain.REFUSED) {
            connection.refuse(ReasonCode.RETAIN_NOT_SUPPORTED, "this server retains no messages");
            return null; // [MQTT-3.2.2-14]
        }
        if (connection.terms().mountPoint() != null) {
            try {
                topic = connection.terms().mounted(topic);
            } catch (IllegalArgumentException e) {
                connection.refuse(ReasonCode.TOPIC_NAME_INVALID, String.valueOf(e.getMessage()));
                return null;
            }
        }
        return topic;
    }

    /// False for a QoS 2 message that came before, which is answered again, and for one too many,
    /// which ends the connection.
    private boolean isFirst(Packet.Publish p) {
        if (session.receiver().isUnreleased(p.packetId())) {
            session.acknowledge(
                    connection,
                    new Packet.Pubrec(
                            p.packetId(), ReasonCode.SUCCESS, Properties.NONE)); // [MQTT-4.3.3-10]
            return false;
        }
        if (connection.version().isMqtt5() && session.receiver().unreleased() >= receiveMaximum) {
            connection.refuse(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than " + receiveMaximum + " QoS 2 messages wait for their PUBREL");
            return false;
        }
        return true;
    }

    private void debugReceived(Packet.Publish p, TopicName topic) {
        shard().debug(
                        "Received PUBLISH from "
                                + connection.clientId()
                                + " (d"
                                + (p.dup() ? 1 : 0)
                                + ", q"
                                + p.qos().level()
                                + ", r"
                                + (p.retain() ? 1 : 0)
                                + ", m"
                                + p.packetId()
                                + ", '"
                                + topic
                                + "', ... ("
                                + p.payload().length
                                + " bytes))");
    }

    /// Whether what a packet did must be durable before it is acknowledged.
    private enum Storing {
        NOTHING,
        SOMETHING
    }

    private void acknowledge(Packet.Publish p, ReasonCode result, Storing storing) {
        switch (p.qos()) {
            case AT_MOST_ONCE -> {}
            case AT_LEAST_ONCE -> {
                Packet puback = new Packet.Puback(p.packetId(), result, Properties.NONE);
                switch (storing) {
                    case NOTHING -> shard().journal().sendInOrder(connection, puback);
                    case SOMETHING -> shard().journal().sendWhenDurable(connection, puback);
                }
            }
            case EXACTLY_ONCE -> {
                if (!result.isError()) {
                    session.receiver().onPublish(p.packetId()); // else the identifier is free again
                    // [MQTT-4.3.3-9]
                    SessionJournal j = session.journal();
                    if (j != null) {
                        j.received(p.packetId());
                    }
                }
                // As Mosquitto, which looks for subscribers only when PUBREL comes.
                ReasonCode said =
                        result == ReasonCode.NO_MATCHING_SUBSCRIBERS ? ReasonCode.SUCCESS : result;
                Packet pubrec = new Packet.Pubrec(p.packetId(), said, Properties.NONE);
                switch (storing) {
                    case NOTHING -> session.acknowledge(connection, pubrec);
                    case SOMETHING -> shard().journal().sendWhenDurable(connection, pubrec);
                }
            }
        }
    }

    void onPubrel(int packetId) {
        boolean known = session.receiver().onPubrel(packetId);
        SessionJournal j = session.journal();
        if (known && j != null) {
            j.receivedReleased(packetId);
        }
        // Durable first, in a durable session: or the client's next message under this identifier
        // would be taken for a repetition after a crash.
        // An unknown identifier is most often one whose PUBCOMP was lost with a connection, and is
        // confirmed like the first time.
        session.acknowledge(
                connection,
                new Packet.Pubcomp(
                        packetId, ReasonCode.SUCCESS, Properties.NONE)); // [MQTT-4.3.3-11]
    }

    /// `$SYS` is the server's, `$CONTROL` is for commands to it, `$share` begins Topic Filters.
    static boolean isReserved(TopicName topic, Control control) {
        if (!topic.isReserved()) {
            return false;
        }
        String text = topic.toString();
        return text.equals("$SYS")
                || (text.startsWith("$SYS/") && !isBridgeState(text))
                || (Control.concerns(topic) && !control.takes(topic))
                || text.startsWith("$share/"); // never what was meant
    }

    /// `$SYS/broker/connection/NAME/state` is what a bridge of Mosquitto's kind reports itself.
    private static boolean isBridgeState(String topic) {
        String before = "$SYS/broker/connection/";
        int slash = topic.indexOf('/', before.length());
        return topic.startsWith(before) && slash > 0 && topic.substring(slash).equals("/state");
    }

    /// True while a QoS 2 message of this client is being routed: its own subscriptions get it
    /// after the PUBREC, as many clients expect, unless that waits for the disk.
    boolean isAnswering() {
        return isAnswering;
    }
}
