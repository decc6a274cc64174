package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// An MQTT client for 3.1.1 and 5.0. Safe for use by any number of threads; every blocking call
/// may be interrupted, ends within a `Duration` (the operation time-out where none is given) and
/// does well on a virtual thread.
///
/// ```java
/// try (MqttClient client = MqttClient.connect("mqtt://localhost")) {
///     client.publish("meter/7", "21.5");
///     for (IncomingMessage message : client.subscribe("meter/#")) {
///         System.out.println(message.topic() + " " + message.text());
///     }
/// }
/// ```
///
/// It owns no thread: its [ClientGroup] moves its bytes and has the threads that run the program's
/// code, virtual ones unless it was made otherwise. A lost connection is made again as [Reconnect]
/// says; subscriptions and messages under way go on.
///
/// Any thread may call any method; blocking ones must not be called from a thread of [ClientGroup]
/// that moves bytes, on which no code of a program ever runs. Handlers, listeners and what hangs on
/// futures run on virtual threads and may call the client themselves.
public final class MqttClient implements AutoCloseable {
    private final ClientCore core;
    private final ClientOptions options;
    private @Nullable Requests requests;

    MqttClient(ClientOptions options) {
        this.options = options;
        this.core = new ClientCore(options);
    }

    /// Made by the first request: its random numbers cost a short program 20 ms.
    private synchronized Requests requests() {
        Requests its = requests;
        if (its == null) {
            its = new Requests(this, core.publishing());
            requests = its;
        }
        return its;
    }

    /// Begins a client with options of its own, all of which have defaults.
    ///
    /// @return a builder, which is for one thread at a time
    public static MqttClientBuilder builder() {
        return new MqttClientBuilder();
    }

    /// Connects with MQTT 5.0, a new session and a Client Identifier that the server assigns.
    ///
    /// @param uri such as `mqtt://localhost`, see [MqttClientBuilder#uri]
    /// @return the client, connected; to be closed
    /// @throws IllegalArgumentException if it is no such URI
    /// @throws ConnectionException if the server cannot be reached or refuses
    public static MqttClient connect(String uri) {
        return builder().uri(uri).connect();
    }

    /// Connects, and waits for it at most as long as attempts are made: the connect time-out where
    /// the first attempt is not repeated, without end where it is.
    ///
    /// @return what the server has said; if the client is connected already, what it said then
    /// @throws ConnectionException if it fails for good
    public ConnectResult connect() {
        return Waiting.result(core.connect(), Long.MAX_VALUE, "connection");
    }

    /// Connects, and waits for it at most `timeout`; attempts may go on after that.
    ///
    /// @param timeout up to 292 years; zero or less only looks whether it is there already
    /// @return what the server has said; if the client is connected already, what it said then
    /// @throws ConnectionException if it fails for good
    /// @throws MqttTimeoutException if it takes longer
    /// @throws MqttInterruptedException if this thread is interrupted; the attempts go on
    public ConnectResult connect(Duration timeout) {
        return Waiting.result(core.connect(), Waiting.nanos(timeout), "connection");
    }

    /// Connects without blocking.
    ///
    /// @return what the server has said, once it has; fails with a [ConnectionException] if it
    ///     fails for good. What hangs on it runs on a virtual thread
    public CompletableFuture<ConnectResult> connectAsync() {
        return core.connectAsync();
    }

    /// What the client is doing at this moment.
    ///
    /// @return the newest; the listener of [MqttClientBuilder#onState] may not have been told yet
    public State state() {
        return core.state();
    }

    /// {@return the Client Identifier in force; empty before the server has assigned one}
    public String clientId() {
        return core.clientId();
    }

    // ---- publishing

    /// Publishes at QoS 1 and waits for the acknowledgement.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param payload may be empty, not null; not to be changed before the call returns
    /// @return what the server has answered
    /// @throws MqttException as for [#publish(Message)]
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public PublishResult publish(String topic, byte[] payload) {
        return publish(Message.to(topic).payload(payload).qos(QoS.AT_LEAST_ONCE).build());
    }

    /// Publishes UTF-8 at QoS 1 and waits for the acknowledgement.
    ///
    /// @param topic a Topic Name, without wildcards
    /// @param text may be empty
    /// @return what the server has answered
    /// @throws MqttException as for [#publish(Message)]
    /// @throws IllegalArgumentException if `topic` is no Topic Name
    public PublishResult publish(String topic, String text) {
        return publish(topic, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Publishes and waits until the delivery is over, at most the operation time-out. Also waits
    /// for room, where too much is under way.
    ///
    /// @param message its payload is not to be changed before the call returns
    /// @return how it ended; at QoS 0 [PublishResult#packetId] is 0
    /// @throws RefusedException if the server does not take the message
    /// @throws ConnectionException if there is no connection and none is being made, or at QoS 0 if
    ///     it broke before the message was written
    /// @throws MqttTimeoutException if it takes longer; a message that is not sent by then is not
    ///     sent any more, one that is goes on
    /// @throws MqttInterruptedException if this thread is interrupted; for the message as after the
    ///     time-out
    public PublishResult publish(Message message) {
        return publish(message, options.operationTimeout());
    }

    /// [#publish(Message)] with a time-out of its own.
    ///
    /// @param message its payload is not to be changed before the call returns
    /// @param timeout for room and for the acknowledgement together; zero or less fails at once
    /// @return how it ended
    /// @throws MqttException as for [#publish(Message)]
    public PublishResult publish(Message message, Duration timeout) {
        return core.publishing().publish(message, Waiting.nanos(timeout));
    }

    /// Publishes without ever blocking. The future ends as [#publish(Message)] does, and fails at
    /// once with [LimitExceededException] if too many messages or bytes are under way. Cancelling
    /// it takes the message back if it is not sent yet. What hangs on it runs on a virtual thread.
    ///
    /// @param message its payload is not to be changed before the future is done
    /// @return how it ends; no time-out ends it, only an answer or the end of the client
    public CompletableFuture<PublishResult> publishAsync(Message message) {
        return core.publishing().publishAsync(message);
    }

    /// Puts a message of QoS 1 or 2 into the outbox and returns when it is there to stay, at most
    /// after the operation time-out. From then on it is this client's, or the next process's, to
    /// deliver it, also without any connection now. Should the server refuse it for good, the error
    /// handler gets the [RefusedException].
    ///
    /// @param message of QoS 1 or 2; its payload is not to be changed before it is acknowledged
    /// @throws IllegalStateException without an outbox
    /// @throws IllegalArgumentException at QoS 0
    /// @throws RefusedException if the message is larger than MQTT allows
    /// @throws ConnectionException with [Ending.OutboxFailed] if the disk fails, or if the client is
    ///     closed
    /// @throws MqttTimeoutException if there is no room, or no answer of the disk, in time
    /// @throws LimitExceededException if the client is disconnected and does not try to connect, and
    ///     the outbox holds as much as `publishLimits` of the builder allow
    /// @throws MqttInterruptedException if this thread is interrupted; the message may be in the
    ///     outbox or not
    public void enqueue(Message message) {
        if (options.outbox() == null) {
            throw new IllegalStateException("the client has no outbox");
        }
        if (message.qos() == QoS.AT_MOST_ONCE) {
            throw new IllegalArgumentException("QoS 0 is not kept in an outbox");
        }
        core.publishing().enqueue(message, Waiting.nanos(options.operationTimeout()));
    }

    // ---- subscribing

    /// Subscribes to one Topic Filter, for reading by [Subscription#next] or a loop.
    ///
    /// @param filter a Topic Filter, at QoS 2; `$share/NAME/FILTER` for a Shared Subscription
    /// @return the subscription, with its buffer of 1,000 messages
    /// @throws MqttException as for [#subscribe(Subscribe)]
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public Subscription subscribe(String filter) {
        return subscribe(Subscribe.to(filter).build());
    }

    /// Subscribes to one Topic Filter with a handler.
    ///
    /// @param filter a Topic Filter, at QoS 2; `$share/NAME/FILTER` for a Shared Subscription
    /// @param handler gets each message, one at a time, on a virtual thread of its own
    /// @return the subscription; its messages go to `handler` and are not to be read
    /// @throws MqttException as for [#subscribe(Subscribe)]
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public Subscription subscribe(String filter, Handler handler) {
        return subscribe(Subscribe.to(filter).build(), handler);
    }

    /// Subscribes and waits for SUBACK, at most the operation time-out.
    ///
    /// @param subscribe at least one Topic Filter
    /// @return the subscription, of which at least one Topic Filter was accepted
    /// @throws RefusedException if the server has refused every Topic Filter; where it has refused
    ///     some, [Subscription#reasonCodes] tells
    /// @throws ConnectionException if there is no connection and none is being made
    /// @throws MqttTimeoutException if SUBACK does not come in time; the client unsubscribes then
    /// @throws MqttInterruptedException if this thread is interrupted; the client unsubscribes then
    public Subscription subscribe(Subscribe subscribe) {
        return await(start(subscribe, null));
    }

    /// [#subscribe(Subscribe)] with a handler, which gets one message at a time on a virtual thread
    /// that belongs to this subscription.
    ///
    /// @param subscribe at least one Topic Filter
    /// @param handler may block: it holds up no other subscription, but messages above QoS 0 use up
    ///     the Receive Maximum while its buffer is full
    /// @return the subscription; its messages go to `handler` and are not to be read
    /// @throws MqttException as for [#subscribe(Subscribe)]
    public Subscription subscribe(Subscribe subscribe, Handler handler) {
        return await(start(subscribe, handler));
    }

    /// Subscribes without blocking.
    ///
    /// @param subscribe at least one Topic Filter
    /// @param handler as for [#subscribe(Subscribe, Handler)]; null if the messages are to be read
    /// @return the subscription once SUBACK is there; fails as [#subscribe(Subscribe)] does, but
    ///     for time-outs, which it has none of. Cancelling it, or a time-out of the program's own,
    ///     unsubscribes. What hangs on it runs on a virtual thread
    public CompletableFuture<Subscription> subscribeAsync(
            Subscribe subscribe, @Nullable Handler handler) {
        CompletableFuture<Subscription> answer = new CompletableFuture<>();
        Exchange.Subscribing exchange = start(subscribe, handler);
        core.follow(exchange.answer.thenApply(suback -> exchange.subscription), answer);
        answer.whenComplete((s, e) -> {
            // The program has ended it, by cancelling or by a time-out of its own.
            if (e != null && !exchange.answer.isCompletedExceptionally()) {
                core.abandon(exchange);
            }
        });
        return answer;
    }

    /// Begins a subscription. The loop completes its answer, so nothing of the program may hang on it.
    Exchange.Subscribing start(Subscribe request, @Nullable Handler handler) {
        Subscription subscription = new Subscription(core, request, handler != null);
        Exchange.Subscribing exchange = core.subscribe(subscription);
        if (handler != null) {
            core.group()
                    .start(
                            "mqtt-handler-" + request.entries().getFirst().filter(),
                            () -> subscription.handleAll(handler));
        }
        return exchange;
    }

    private Subscription await(Exchange.Subscribing exchange) {
        try {
            Waiting.result(exchange.answer, Waiting.nanos(options.operationTimeout()), "SUBACK");
            return exchange.subscription;
        } catch (MqttTimeoutException | MqttInterruptedException e) {
            core.abandon(exchange);
            throw e;
        }
    }

    // ---- request and response

    /// Publishes a request at QoS 1 and waits for its response; 5.0 only. The Response Topic is one
    /// of this client's own, the first request subscribes to it.
    ///
    /// @param topic a Topic Name, where somebody answers
    /// @param payload may be empty; not to be changed before the call returns
    /// @param timeout until the response is there; zero or less fails at once, though the request
    ///     may be sent
    /// @return the first response; later ones to the same request are dropped
    /// @throws IllegalStateException in 3.1.1
    /// @throws MqttTimeoutException if no response comes in time
    /// @throws MqttException as for [#subscribe(Subscribe)] and [#publish(Message)]
    /// @throws MqttInterruptedException if this thread is interrupted
    /// @throws LimitExceededException if 65,536 requests wait for their responses
    public IncomingMessage request(String topic, byte[] payload, Duration timeout) {
        CompletableFuture<IncomingMessage> answer = ask(topic, payload, timeout);
        try {
            return Waiting.result(answer, Long.MAX_VALUE, "response");
        } catch (MqttInterruptedException e) {
            answer.cancel(false);
            throw e;
        }
    }

    /// [#request] without blocking.
    ///
    /// @param topic a Topic Name, where somebody answers
    /// @param payload may be empty; not to be changed before the future is done
    /// @param timeout until the response is there
    /// @return the first response; fails with what [#request] throws. Cancelling it forgets the
    ///     request. What hangs on it runs on a virtual thread
    /// @throws IllegalStateException in 3.1.1
    public CompletableFuture<IncomingMessage> requestAsync(
            String topic, byte[] payload, Duration timeout) {
        CompletableFuture<IncomingMessage> answer = new CompletableFuture<>();
        CompletableFuture<IncomingMessage> its = ask(topic, payload, timeout);
        core.follow(its, answer);
        answer.whenComplete((m, e) -> its.cancel(false)); // the program may have given it up
        return answer;
    }

    /// Not for the program: what completes it may be the loop.
    private CompletableFuture<IncomingMessage> ask(String topic, byte[] payload, Duration timeout) {
        if (!options.version().isMqtt5()) {
            throw new IllegalStateException("request and response need MQTT 5.0");
        }
        return requests().send(topic, payload, Waiting.nanos(timeout));
    }

    /// Answers requests: publishes what `responder` makes of each, with its Correlation Data, to
    /// its Response Topic, at the request's QoS. Messages without a Response Topic are passed over.
    ///
    /// @param filter may be a Shared Subscription, so that several clients share the work
    /// @param responder is called for one request at a time
    /// @return the subscription, which answers until it is closed
    /// @throws MqttException as for [#subscribe(Subscribe)]
    public Subscription respond(String filter, Responder responder) {
        return subscribe(
                Subscribe.to(filter).acknowledgement(Acknowledgement.AFTER_HANDLER).build(),
                request -> {
                    String topic = request.responseTopic();
                    if (topic == null) {
                        return;
                    }
                    Message.Builder answer =
                            Message.to(topic)
                                    .payload(responder.respond(request))
                                    .qos(request.qos());
                    byte[] correlation = request.correlationData();
                    if (correlation != null) {
                        answer.correlationData(correlation);
                    }
                    publish(answer.build());
                });
    }

    /// Makes a response's payload.
    @FunctionalInterface
    public interface Responder {
        /// Answers one request; called on a virtual thread.
        ///
        /// @param request with a Response Topic; acknowledged after the answer is published
        /// @return the payload of the answer; may be empty, not null
        /// @throws Exception which the client's error handler gets; nobody is answered
        byte[] respond(IncomingMessage request) throws Exception;
    }

    /// Unsubscribes from Topic Filters that no [Subscription] of this client stands for: those that
    /// an earlier process has left in the session. Waits for UNSUBACK, at most the operation
    /// time-out.
    ///
    /// @param filters at least one Topic Filter, to the letter as it was subscribed to
    /// @param properties of UNSUBSCRIBE; not sent in 3.1.1
    /// @throws RefusedException if the server has refused every Topic Filter
    /// @throws MqttException as for [#subscribe(Subscribe)]
    /// @throws java.util.NoSuchElementException if there are none
    /// @throws IllegalArgumentException if one is no Topic Filter, or the properties hold what MQTT
    ///     cannot express
    /// @throws ConnectionException if there is no connection at this moment
    public void unsubscribe(List<String> filters, Properties properties) {
        Subscribe.Builder request = Subscribe.to(filters.getFirst());
        filters.stream().skip(1).forEach(request::and);
        core.unsubscribe(
                new Subscription(core, request.build(), false), Texts.properties(properties));
    }

    // ---- the end

    /// Disconnects normally; the server drops the Will. Does not wait for what is under way, see
    /// [#close(Duration)]. The client may connect again.
    ///
    /// @throws MqttTimeoutException if the connection is not closed within the operation time-out
    public void disconnect() {
        disconnect(ReasonCode.SUCCESS, Properties.NONE);
    }

    /// Disconnects with a Reason Code and properties, which 3.1.1 does not send:
    /// DISCONNECT_WITH_WILL_MESSAGE has the Will sent, SESSION_EXPIRY_INTERVAL changes how long the
    /// session lasts.
    ///
    /// @param reasonCode one that DISCONNECT of a client may carry
    /// @param properties of DISCONNECT; [Properties#NONE] for none
    /// @throws MqttTimeoutException if the connection is not closed within the operation time-out
    /// @throws IllegalArgumentException if the properties hold what MQTT cannot express
    public void disconnect(ReasonCode reasonCode, Properties properties) {
        Waiting.result(
                core.disconnect(reasonCode, Texts.properties(properties)),
                Waiting.nanos(options.operationTimeout()),
                "disconnection");
    }

    /// Authenticates again on the standing connection, with an [Authenticator] from the source that
    /// the client was built with; 5.0 only.
    ///
    /// @throws IllegalStateException without such a source
    /// @throws ConnectionException if the server refuses, which ends the connection
    public void reauthenticate() {
        Waiting.result(
                core.reauthenticate(),
                Waiting.nanos(options.operationTimeout()),
                "re-authentication");
    }

    /// Says that there will be no further subscriptions: what waits for one, in a session resumed from
    /// an earlier process, goes to [MqttClientBuilder#onUnclaimed] now, and later messages at once. Holds
    /// for the client's life, also where it is not connected yet or connects again.
    public void releaseUnclaimed() {
        core.releaseUnclaimed();
    }

    /// {@return counters and what is held at this moment}
    public ClientMetrics metrics() {
        return core.metrics();
    }

    /// Waits until the client is closed, by [#close] on another thread.
    ///
    /// @return how its last connection ended
    /// @throws MqttInterruptedException if this thread is interrupted
    public Ending awaitClosed() {
        return Waiting.result(core.closed(), Long.MAX_VALUE, "the end");
    }

    /// [#close(Duration)] with the operation time-out.
    @Override
    public void close() {
        close(options.operationTimeout());
    }

    /// Waits, at most `timeout` and only while there is or may be a connection, until everything
    /// published is acknowledged; then disconnects and ends for good. Subscriptions end; what is
    /// in their buffers can still be read. May be called again.
    ///
    /// @param timeout for what is under way; zero or less drops it at once
    public void close(Duration timeout) {
        if (!(core.state() instanceof State.Closed)) {
            CompletableFuture<Void> drained = new CompletableFuture<>();
            core.whenDrained(() -> drained.complete(null));
            try {
                Waiting.result(drained, Waiting.nanos(timeout), "end of what is under way");
            } catch (MqttTimeoutException | MqttInterruptedException e) {
                core.trace(e.toString());
            }
            core.close(ReasonCode.SUCCESS);
        }
        if (!Thread.currentThread().isInterrupted()) {
            Waiting.result(core.closed(), Long.MAX_VALUE, "the end");
        }
    }
}
