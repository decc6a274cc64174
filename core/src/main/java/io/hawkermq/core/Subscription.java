package io.hawkermq.core;

import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;

/// One session's subscription to one Topic Filter. Options are kept as their byte: there can be
/// millions of these.
final class Subscription implements Subscriber {
    private final Session session;
    private final TopicFilter filter;
    private static final int OWED = 0x80;
    private static final int CONNECTED = 0x01;
    private static final int DURABLE = 0x02;

    /// As in SUBSCRIBE, and [#OWED] in a bit that is reserved there.
    private byte options;

    /// As what the [ShareGroup] has counted it.
    private byte counted;

    private final int identifier;

    /// @param identifier the Subscription Identifier, 0 if there is none
    /// @param retained whether it is owed retained messages
    Subscription(
            Session session,
            TopicFilter filter,
            SubscriptionOptions options,
            int identifier,
            StoredSubscription.Retained retained) {
        this.session = session;
        this.filter = filter;
        int owed = retained == StoredSubscription.Retained.OWED ? OWED : 0;
        this.options = (byte) (options.toByte() | owed);
        this.identifier = identifier;
    }

    Session session() {
        return session;
    }

    TopicFilter filter() {
        return filter;
    }

    QoS qos() {
        return QoS.of(options & 0x03);
    }

    /// True if what it matches must not be lost with the process.
    boolean isDurable() {
        return canBeDurable() && session.isDurable();
    }

    /// The same as other shards know it: also of a session that has ended, until the index forgets it.
    boolean isKnownAsDurable() {
        return canBeDurable() && session.isKnownAsDurable();
    }

    /// True if it is durable whenever its session is.
    boolean canBeDurable() {
        return qos() != QoS.AT_MOST_ONCE;
    }

    boolean isCountedConnected() {
        return (counted & CONNECTED) != 0;
    }

    boolean isCountedDurable() {
        return (counted & DURABLE) != 0;
    }

    /// For [ShareGroup] alone.
    void counted(boolean isConnected, boolean isDurable) {
        counted = (byte) ((isConnected ? CONNECTED : 0) | (isDurable ? DURABLE : 0));
    }

    SubscriptionOptions options() {
        return SubscriptionOptions.ofByte(options & ~OWED & 0xFF);
    }

    /// True from SUBSCRIBE until the last retained message that it asks for has been taken.
    boolean isOwedRetained() {
        return (options & OWED) != 0;
    }

    /// True if what it is owed, when it replaces another one, is what that one was.
    boolean isOwedRest() {
        return isOwedRetained() && options().retainHandling() != RetainHandling.SEND;
    }

    /// No retained message is left that it asks for.
    void settle() {
        options &= (byte) ~OWED;
    }

    /// @param number of its session in the store
    StoredSubscription stored(long number) {
        return new StoredSubscription(
                number,
                filter.toString(),
                options(),
                identifier,
                isOwedRetained()
                        ? StoredSubscription.Retained.OWED
                        : StoredSubscription.Retained.SETTLED);
    }

    /// Names a Shared Subscription among those of its session, in messages that wait for it; 0 for one
    /// that is not shared. The same after a restart.
    int share() {
        if (!filter.isShared()) {
            return 0;
        }
        int hash = filter.hashCode(); // of its text, as the language defines it
        return hash == 0 ? 1 : hash;
    }

    boolean isNoLocal() {
        return (options & 0x04) != 0;
    }

    boolean isRetainAsPublished() {
        return (options & 0x08) != 0;
    }

    int identifier() {
        return identifier;
    }
}
