package io.hawkermq.core;

import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What an operator, or a test, may ask of a shard. Takes time in proportion to what there is, so it
/// is not for anything that happens often. Called on the shard's loop; what it gives is copied.
public final class Overview {
    private final Shard shard;

    public Overview(Shard shard) {
        this.shard = shard;
    }

    /// A Client Identifier that has a session.
    ///
    /// @param userName null for an anonymous client
    /// @param address of its latest connection
    /// @param expiryInterval seconds that the session outlives its connection; 4,294,967,295 for ever
    public record Client(
            String clientId,
            @Nullable String userName,
            String address,
            Link link,
            long expiryInterval) {
        public boolean isConnected() {
            return link == Link.CONNECTED;
        }
    }

    /// Whether a session has a network connection.
    public enum Link {
        CONNECTED,
        OFFLINE
    }

    /// A subscription that is in force.
    ///
    /// @param filter as the client gave it, `$share/NAME/` included
    /// @param options as they were granted
    /// @param identifier its Subscription Identifier, 0 if it has none
    public record Subscribed(
            String clientId, TopicFilter filter, SubscriptionOptions options, int identifier) {}

    /// The sessions of this shard, in no order.
    public List<Client> clients() {
        List<Client> clients = new ArrayList<>();
        for (Session s : shard.sessions()) {
            AccessControl.Principal p = s.principal();
            clients.add(
                    new Client(
                            s.clientId(),
                            p.userName(),
                            p.address(),
                            s.isConnected() ? Link.CONNECTED : Link.OFFLINE,
                            s.expiryInterval()));
        }
        return clients;
    }

    /// The subscriptions of this shard's sessions, in no order.
    public List<Subscribed> subscriptions() {
        List<Subscribed> all = new ArrayList<>();
        for (Session session : shard.sessions()) {
            for (Subscription s : session.subscriptions()) {
                all.add(
                        new Subscribed(
                                session.clientId(), s.filter(), s.options(), s.identifier()));
            }
        }
        return all;
    }

    /// The retained messages of the whole server that match; only for the shard that keeps them,
    /// which is shard 0.
    ///
    /// @return by their topics in the order of their bytes
    public List<Message> retained(TopicFilter filter) {
        return shard.retention().matching(filter);
    }

    /// Closes a client's connection; one of 5.0 is told the reason.
    ///
    /// @param reasonCode an error that a server may send in DISCONNECT
    /// @param why for a person
    /// @return false if no such client is connected here
    public boolean disconnect(String clientId, ReasonCode reasonCode, String why) {
        Session session = shard.find(clientId);
        Connection connection = session == null ? null : session.connection();
        if (connection == null) {
            return false;
        }
        connection.refuse(reasonCode, why);
        return true;
    }
}
