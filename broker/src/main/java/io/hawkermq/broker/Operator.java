package io.hawkermq.broker;

import io.hawkermq.core.Message;
import io.hawkermq.core.Overview;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/// What somebody outside may ask of a running broker and tell it to do. Called by any thread; the
/// loops answer, so nothing here may be waited for on one of them. A broker that is closed answers
/// exceptionally, with [java.util.concurrent.RejectedExecutionException], or not at all if it was
/// closed meanwhile: wait with a limit.
public final class Operator {
    private final Broker broker;

    Operator(Broker broker) {
        this.broker = broker;
    }

    /// Everybody who has a session, connected or not.
    public CompletableFuture<List<Overview.Client>> clients() {
        return ofAll(Overview::clients);
    }

    /// All subscriptions in force.
    public CompletableFuture<List<Overview.Subscribed>> subscriptions() {
        return ofAll(Overview::subscriptions);
    }

    /// The retained messages that match, ordered by topic.
    public CompletableFuture<List<Message>> retained(TopicFilter filter) {
        return on(broker.loops().getFirst(), overview -> overview.retained(filter));
    }

    /// Publishes a message, whoever its `publisher` is; no access control is asked.
    ///
    /// @return whether anybody was subscribed
    public CompletableFuture<Boolean> publish(Message message) {
        Loop first = broker.loops().getFirst();
        return on(first, overview -> first.shard().publish(message));
    }

    /// Closes a client's connection; one of 5.0 is told the reason.
    ///
    /// @param reasonCode an error that a server may send in DISCONNECT
    /// @param why for a person
    /// @return whether it was connected
    public CompletableFuture<Boolean> disconnect(
            String clientId, ReasonCode reasonCode, String why) {
        return broker.askOwner(
                clientId, loop -> new Overview(loop.shard()).disconnect(clientId, reasonCode, why));
    }

    private <T> CompletableFuture<List<T>> ofAll(Function<Overview, List<T>> question) {
        return broker.askOwners(loop -> question.apply(new Overview(loop.shard())))
                .thenApply(answers -> answers.stream().flatMap(List::stream).toList());
    }

    private static <T> CompletableFuture<T> on(Loop loop, Function<Overview, T> question) {
        return loop.ask(l -> question.apply(new Overview(l.shard())));
    }
}
