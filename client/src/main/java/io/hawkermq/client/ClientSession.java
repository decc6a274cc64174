package io.hawkermq.client;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.OutboundTopicAliases;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.Sender;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The client's end of the protocol as a machine without sockets, threads or a clock: packets and
/// requests go in, packets go out through its [Peer], time comes as an argument. It outlives
/// network connections: the flows of QoS 1 and 2, what waits to be sent, and the subscriptions are
/// here; [Inbox] has what was received.
///
/// Owned by one loop; nobody else touches it.
final class ClientSession {
    /// The machine's way out.
    interface Peer {
        /// Writes a packet behind those before; it leaves at the end of the loop's turn.
        ///
        /// @return false if the server does not take packets that large; nothing was written
        boolean send(Packet packet);

        /// True while so much waits to be written that no further PUBLISH should be added.
        boolean isCongested();

        /// A PUBLISH is about to be sent under a new identifier.
        void started(Outgoing outgoing, int packetId);

        /// The server has lost the session in which a PUBLISH was sent: it will be sent as new.
        void waitsAgain(Outgoing outgoing);

        /// PUBREC has come for a message of the outbox, which from now on must not be sent again.
        void released(Outgoing outgoing);

        /// A message came that no subscription wants.
        void unclaimed(IncomingMessage message);
    }

    private final Peer peer;
    private final int aliasLimit;
    private final Inbox inbox;
    private final Routes routes = new Routes();
    private Sender<Outgoing> sender = new Sender<>(65_535);

    /// Those that wait for PUBCOMP: [Sender] forgets the message with PUBREC.
    private final Map<Integer, Outgoing> released = new HashMap<>();

    private final Map<Integer, Properties> pubrecProperties = new HashMap<>();
    private final ArrayDeque<Outgoing> pending = new ArrayDeque<>();
    private final ArrayDeque<Outgoing> unflushed = new ArrayDeque<>();
    private final Map<Integer, Exchange> exchanges = new HashMap<>();
    private final ArrayDeque<Exchange> waitingExchanges = new ArrayDeque<>();

    private @Nullable ConnectResult terms;
    private OutboundTopicAliases outboundAliases = OutboundTopicAliases.OFF;

    /// @param aliasLimit how many Topic Aliases to set at most, 0 to 65,535
    /// @param inboundAliases the Topic Alias Maximum that CONNECT announces
    ClientSession(Peer peer, int aliasLimit, int inboundAliases) {
        this.peer = peer;
        this.aliasLimit = aliasLimit;
        this.inbox = new Inbox(peer, routes, inboundAliases);
    }

    Inbox inbox() {
        return inbox;
    }

    /// The server has accepted a connection.
    void online(ConnectResult result, Inbox.Delivery delivery) {
        terms = result;
        outboundAliases =
                new OutboundTopicAliases(Math.min(aliasLimit, result.topicAliasMaximum()));
        inbox.online(result.sessionPresent(), delivery);
        if (result.sessionPresent()) {
            sender.resume(result.receiveMaximum());
        } else {
            startAnew(result.receiveMaximum());
            resubscribe();
        }
        while (!waitingExchanges.isEmpty()) {
            send(waitingExchanges.poll());
        }
        pump();
    }

    /// The server has lost the session. What had its PUBREC is with the server; everything else is
    /// sent again as new, ahead of what was never sent.
    private void startAnew(int receiveMaximum) {
        List<Outgoing> again = new ArrayList<>();
        for (Sender.InFlight<Outgoing> d = sender.oldest(); d != null; d = sender.after(d)) {
            Outgoing outgoing = d.message();
            if (outgoing != null) {
                again.add(outgoing);
            }
        }
        for (Map.Entry<Integer, Outgoing> e : released.entrySet()) {
            complete(e.getValue(), e.getKey(), ReasonCode.SUCCESS, Properties.NONE);
        }
        released.clear();
        pubrecProperties.clear();
        sender = new Sender<>(receiveMaximum);
        for (Outgoing outgoing : again.reversed()) {
            pending.addFirst(outgoing);
            peer.waitsAgain(outgoing);
        }
    }

    private void resubscribe() {
        for (Subscription s : routes.all()) {
            if (waitingExchanges.stream().noneMatch(e -> e.subscription == s)) {
                waitingExchanges.add(new Exchange.Subscribing(s));
            }
        }
    }

    /// The network connection has ended.
    void offline() {
        terms = null;
        inbox.offline();
        // Not acknowledged by anybody, and not part of any session: QoS 0 is lost with the bytes
        // that were not written.
        for (Outgoing o = unflushed.poll(); o != null; o = unflushed.poll()) {
            o.fail(new ConnectionException(new Ending.Lost(null)));
        }
        for (Map.Entry<Integer, Exchange> e : exchanges.entrySet()) {
            sender.release(e.getKey());
            waitingExchanges.add(e.getValue());
        }
        exchanges.clear();
    }

    /// Nothing will be sent any more.
    void end(MqttException exception, @Nullable Ending ending) {
        List<Outgoing> all = new ArrayList<>(released.values());
        for (Sender.InFlight<Outgoing> d = sender.oldest(); d != null; d = sender.after(d)) {
            Outgoing outgoing = d.message();
            if (outgoing != null) {
                all.add(outgoing);
            }
        }
        all.addAll(unflushed);
        all.addAll(pending);
        unflushed.clear();
        pending.clear();
        released.clear();
        sender = new Sender<>(65_535);
        all.forEach(o -> o.fail(exception));
        failExchanges(exception);
        for (Subscription s : routes.all()) {
            s.end(ending);
        }
        routes.clear();
        inbox.end();
    }

    /// Without a connection: nobody holds a subscription whose SUBSCRIBE fails. One that the server has
    /// granted before is made again on the next connection.
    private void failWaitingExchanges(MqttException exception) {
        List<Exchange> waiting = List.copyOf(waitingExchanges);
        waitingExchanges.clear();
        for (Exchange e : waiting) {
            if (e instanceof Exchange.Subscribing && !e.subscription.reasonCodes().isEmpty()) {
                waitingExchanges.add(e);
            } else {
                forget(e);
                e.fail(exception);
            }
        }
    }

    private void failExchanges(MqttException exception) {
        exchanges.values().forEach(e -> e.fail(exception));
        exchanges.clear();
        waitingExchanges.forEach(e -> e.fail(exception));
        waitingExchanges.clear();
    }

    /// Without a connection and without the wish to wait for one: what was not sent fails. What the
    /// outbox has waits: it would not be read from there again before the client is disconnected.
    void failPending(MqttException exception) {
        List<Outgoing> waiting = List.copyOf(pending);
        pending.clear();
        for (Outgoing o : waiting) {
            if (o.recordId != 0) {
                pending.add(o);
            } else {
                o.fail(exception);
            }
        }
        failWaitingExchanges(exception);
    }

    /// How many messages are not at their end.
    int unfinished() {
        return sender.inFlight() + pending.size() + unflushed.size();
    }

    List<Subscription> subscriptions() {
        return routes.all();
    }

    // ---- publishing

    void publish(Outgoing outgoing) {
        pending.add(outgoing);
        pump();
    }

    /// A message of the outbox that was under way when the last process ended.
    void restore(int packetId, Outgoing outgoing, boolean isReleased) {
        if (isReleased) {
            sender.restoreReleased(packetId);
            released.put(packetId, outgoing);
        } else {
            sender.restore(packetId, outgoing, outgoing.qos(), 0);
        }
    }

    /// Sends what may be sent. First what an earlier connection has left: nothing new may overtake
    /// it.
    void pump() {
        ConnectResult now = terms;
        if (now == null) {
            return;
        }
        while (sender.isResending() && !peer.isCongested()) {
            Sender.InFlight<Outgoing> delivery = sender.nextToResend();
            if (delivery == null) {
                return;
            }
            resend(delivery);
        }
        while (!pending.isEmpty() && !peer.isCongested()) {
            Outgoing outgoing = pending.peek();
            if (outgoing.isGivenUp()) {
                pending.poll();
                outgoing.fail(new MqttTimeoutException("the caller has given up"));
                continue;
            }
            if (outgoing.qos() != QoS.AT_MOST_ONCE && !sender.hasQuota()) {
                return;
            }
            pending.poll();
            start(outgoing, now);
        }
    }

    private void resend(Sender.InFlight<Outgoing> delivery) {
        int packetId = delivery.packetId();
        Outgoing outgoing = delivery.message();
        if (outgoing == null) {
            peer.send(new Packet.Pubrel(packetId, ReasonCode.SUCCESS, Properties.NONE));
        } else if (!send(outgoing, packetId, true)) {
            // This server takes less than the one before.
            sender.abandon(packetId);
            outgoing.fail(refusal(ReasonCode.PACKET_TOO_LARGE));
        }
    }

    private void start(Outgoing outgoing, ConnectResult now) {
        Message message = outgoing.message;
        if (message.qos().level() > now.maximumQos().level()) { // [MQTT-3.2.2-11]
            outgoing.fail(refusal(ReasonCode.QOS_NOT_SUPPORTED));
            return;
        }
        if (message.retain() && !now.isRetainAvailable()) { // [MQTT-3.2.2-14]
            outgoing.fail(refusal(ReasonCode.RETAIN_NOT_SUPPORTED));
            return;
        }
        int packetId =
                message.qos() == QoS.AT_MOST_ONCE ? 0 : sender.start(outgoing, message.qos());
        if (packetId != 0) {
            peer.started(outgoing, packetId);
        }
        if (!send(outgoing, packetId, false)) {
            if (packetId != 0) {
                sender.abandon(packetId);
            }
            outgoing.fail(refusal(ReasonCode.PACKET_TOO_LARGE));
        } else if (packetId == 0) {
            unflushed.add(outgoing);
        }
    }

    static RefusedException refusal(ReasonCode code) {
        return new RefusedException(
                "the server does not take the message", List.of(code), Properties.NONE);
    }

    /// @return false if the server does not take it, or MQTT cannot express it
    private boolean send(Outgoing outgoing, int packetId, boolean dup) {
        Message message = outgoing.message;
        TopicName topic = message.topicName();
        Properties properties = message.properties();
        boolean isAliasNew = false;
        if (!outboundAliases.isOff() && !properties.has(Property.TOPIC_ALIAS)) {
            int alias = outboundAliases.find(topic);
            boolean isKnown = alias != 0;
            if (!isKnown) {
                alias = outboundAliases.assign(topic);
                isAliasNew = alias != 0;
            }
            if (alias != 0) {
                properties = properties.with(Property.TOPIC_ALIAS, alias);
                topic = isKnown ? null : topic;
            }
        }
        boolean isSent;
        try {
            isSent =
                    peer.send(
                            new Packet.Publish(
                                    dup,
                                    message.qos(),
                                    message.retain(),
                                    topic,
                                    packetId,
                                    properties,
                                    message.payload()));
        } catch (IllegalArgumentException e) {
            isSent = false;
        }
        if (!isSent && isAliasNew) {
            outboundAliases.forgetLast(message.topicName());
        }
        return isSent;
    }

    /// Everything that was sent is with the operating system.
    void flushed() {
        for (Outgoing o = unflushed.poll(); o != null; o = unflushed.poll()) {
            o.complete(PublishResult.AT_MOST_ONCE);
        }
        pump();
    }

    private void complete(Outgoing outgoing, int packetId, ReasonCode code, Properties properties) {
        if (code.isError()) {
            outgoing.fail(
                    new RefusedException(
                            "the server does not take the message", List.of(code), properties));
        } else {
            outgoing.complete(new PublishResult(outgoing.qos(), packetId, code, properties));
        }
    }

    // ---- subscribing

    /// Registers the subscription at once: messages may come before SUBACK.
    void subscribe(Exchange.Subscribing exchange) {
        routes.add(exchange.subscription);
        inbox.claim(exchange.subscription);
        enqueue(exchange);
    }

    /// To the server, subscriptions with the same Topic Filter are one: it stays for the others.
    void unsubscribe(Exchange.Unsubscribing exchange) {
        if (routes.contains(exchange.subscription)
                && !exchange.leaveOut(filtersOfOthers(exchange.subscription))) {
            forget(exchange);
            exchange.answer.complete(new Packet.Unsuback(0, List.of(), Properties.NONE));
        } else {
            enqueue(exchange);
        }
    }

    private Set<TopicFilter> filtersOfOthers(Subscription subscription) {
        Set<TopicFilter> filters = new HashSet<>();
        for (Subscription s : routes.all()) {
            if (s != subscription && !isLeaving(s)) {
                List<Packet.Subscribe.Entry> entries = s.request().entries();
                List<ReasonCode> codes = s.reasonCodes();
                for (int i = 0; i < entries.size(); i++) {
                    if (codes.isEmpty() || !codes.get(i).isError()) {
                        filters.add(entries.get(i).filter());
                    }
                }
            }
        }
        return filters;
    }

    private boolean isLeaving(Subscription subscription) {
        return exchanges.values().stream()
                .anyMatch(
                        e -> e instanceof Exchange.Unsubscribing && e.subscription == subscription);
    }

    /// There is no connection to unsubscribe on: the subscription is forgotten, here at least.
    void drop(Exchange.Unsubscribing exchange) {
        waitingExchanges.removeIf(e -> e.subscription == exchange.subscription);
        forget(exchange);
        exchange.answer.complete(new Packet.Unsuback(0, List.of(), Properties.NONE));
    }

    private void enqueue(Exchange exchange) {
        if (terms == null) {
            waitingExchanges.add(exchange);
        } else {
            send(exchange);
        }
    }

    private void send(Exchange exchange) {
        if (exchange.isGivenUp()) {
            forget(exchange);
            return;
        }
        int packetId = sender.reserve();
        boolean isSent;
        try {
            isSent = packetId != 0 && peer.send(exchange.packet(packetId));
        } catch (IllegalArgumentException e) {
            isSent = false;
        }
        if (isSent) {
            exchanges.put(packetId, exchange);
            return;
        }
        sender.release(packetId);
        exchange.fail(
                packetId == 0
                        ? new LimitExceededException("all 65,535 packet identifiers are in use")
                        : refusal(ReasonCode.PACKET_TOO_LARGE));
        forget(exchange);
    }

    private void forget(Exchange exchange) {
        routes.remove(exchange.subscription);
        exchange.subscription.drop();
    }

    private void onSuback(Packet.Suback p) throws MalformedPacketException {
        if (!(exchanges.get(p.packetId()) instanceof Exchange.Subscribing exchange)) {
            throw unexpected("SUBACK", p.packetId());
        }
        exchanges.remove(p.packetId());
        sender.release(p.packetId());
        Subscription subscription = exchange.subscription;
        List<Packet.Subscribe.Entry> entries = subscription.request().entries();
        // None at all say that nothing is wrong: libmosquitto takes it so, and servers are tested
        // with it.
        List<ReasonCode> codes =
                p.reasonCodes().isEmpty()
                        ? entries.stream().map(e -> ReasonCode.granted(e.options().qos())).toList()
                        : p.reasonCodes();
        if (codes.size() != entries.size()) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR,
                    "SUBACK has " + codes.size() + " Reason Codes"); // [MQTT-3.8.4-6]
        }
        subscription.reasonCodes(codes);
        if (codes.stream().allMatch(ReasonCode::isError)) {
            RefusedException refused =
                    new RefusedException(
                            "the server has refused to subscribe", p.reasonCodes(), p.properties());
            forget(exchange);
            exchange.fail(refused);
        } else if (!exchange.answer.complete(p) && !routes.contains(subscription)) {
            forget(exchange);
        }
    }

    private void onUnsuback(Packet.Unsuback p) throws MalformedPacketException {
        if (!(exchanges.get(p.packetId()) instanceof Exchange.Unsubscribing exchange)) {
            throw unexpected("UNSUBACK", p.packetId());
        }
        exchanges.remove(p.packetId());
        sender.release(p.packetId());
        forget(exchange);
        if (!p.reasonCodes().isEmpty() && p.reasonCodes().stream().allMatch(ReasonCode::isError)) {
            exchange.fail(
                    new RefusedException(
                            "the server has refused to unsubscribe",
                            p.reasonCodes(),
                            p.properties()));
        } else {
            exchange.answer.complete(p);
        }
    }

    private static MalformedPacketException unexpected(String packet, int packetId) {
        return new MalformedPacketException(
                ReasonCode.PROTOCOL_ERROR,
                packet
                        + " has the packet identifier "
                        + packetId
                        + ", which waits for no such answer");
    }

    // ---- what comes from the server

    /// A packet after CONNACK, other than PINGRESP, DISCONNECT and AUTH.
    ///
    /// @throws MalformedPacketException if it breaks the protocol
    @SuppressWarnings("IfChainToSwitch") // see below
    void received(Packet packet) throws MalformedPacketException {
        // No pattern switch, as in Connection.
        if (packet instanceof Packet.Publish p) {
            inbox.onPublish(p);
        } else if (packet instanceof Packet.Puback p) {
            onPuback(p);
        } else if (packet instanceof Packet.Pubrec p) {
            onPubrec(p);
        } else if (packet instanceof Packet.Pubrel p) {
            inbox.onPubrel(p);
        } else if (packet instanceof Packet.Pubcomp p) {
            onPubcomp(p);
        } else if (packet instanceof Packet.Suback p) {
            onSuback(p);
        } else if (packet instanceof Packet.Unsuback p) {
            onUnsuback(p);
        } else {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "a server sends no " + packet.type());
        }
    }

    private void onPuback(Packet.Puback p) throws MalformedPacketException {
        Sender.InFlight<Outgoing> delivery = sender.find(p.packetId());
        Outgoing outgoing = delivery == null ? null : delivery.message();
        switch (sender.onPuback(p.packetId())) {
            case COMPLETED -> {
                if (outgoing != null) {
                    complete(outgoing, p.packetId(), p.reasonCode(), p.properties());
                }
                pump();
            }
            case NOT_AWAITED -> throw unexpected("PUBACK", p.packetId());
            // Servers repeat acknowledgements after a reconnection; nothing depends on it.
            case NOT_FOUND, RELEASE -> {}
        }
    }

    private void onPubrec(Packet.Pubrec p) throws MalformedPacketException {
        Sender.InFlight<Outgoing> delivery = sender.find(p.packetId());
        Outgoing outgoing = delivery == null ? null : delivery.message();
        switch (sender.onPubrec(p.packetId(), p.reasonCode())) {
            case RELEASE -> {
                if (outgoing != null) {
                    released.put(p.packetId(), outgoing);
                    if (p.reasonCode() != ReasonCode.SUCCESS || !p.properties().isEmpty()) {
                        pubrecProperties.put(p.packetId(), p.properties());
                    }
                    peer.released(outgoing);
                }
                peer.send(new Packet.Pubrel(p.packetId(), ReasonCode.SUCCESS, Properties.NONE));
            }
            case COMPLETED -> {
                Outgoing over = outgoing == null ? released.remove(p.packetId()) : outgoing;
                if (over != null) {
                    complete(over, p.packetId(), p.reasonCode(), p.properties());
                }
                pump();
            }
            // [MQTT-4.3.3-4]: the server keeps asking until it gets PUBREL.
            case NOT_FOUND ->
                    peer.send(
                            new Packet.Pubrel(
                                    p.packetId(),
                                    ReasonCode.PACKET_IDENTIFIER_NOT_FOUND,
                                    Properties.NONE));
            case NOT_AWAITED -> throw unexpected("PUBREC", p.packetId());
        }
    }

    private void onPubcomp(Packet.Pubcomp p) throws MalformedPacketException {
        switch (sender.onPubcomp(p.packetId())) {
            case COMPLETED -> {
                Outgoing outgoing = released.remove(p.packetId());
                Properties properties = pubrecProperties.remove(p.packetId());
                if (outgoing != null) {
                    // The server has the message since PUBREC, whatever PUBCOMP says.
                    complete(
                            outgoing,
                            p.packetId(),
                            ReasonCode.SUCCESS,
                            properties == null ? p.properties() : properties);
                }
                pump();
            }
            case NOT_AWAITED -> throw unexpected("PUBCOMP", p.packetId());
            case NOT_FOUND, RELEASE -> {}
        }
    }
}
