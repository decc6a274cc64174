package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// What to subscribe to: one SUBSCRIBE with its Topic Filters, and how its messages are taken.
///
/// ```java
/// Subscribe.to("meter/#").qos(QoS.AT_LEAST_ONCE).noLocal().and("alarm/+").manual().build()
/// ```
///
/// Immutable, for use by any number of clients; its builder is for one thread at a time.
///
/// @param entries at least one
/// @param properties of SUBSCRIBE; not sent in 3.1.1
/// @param acknowledgement when its messages of QoS 1 and 2 are acknowledged
/// @param buffer how many messages wait for a slow reader, 1 or more: beyond it those of QoS 0 are
///     dropped and counted, others stay unacknowledged
public record Subscribe(
        List<Packet.Subscribe.Entry> entries,
        Properties properties,
        Acknowledgement acknowledgement,
        int buffer) {
    /// Checks and copies.
    ///
    /// @throws IllegalArgumentException without a Topic Filter, with a buffer below 1, or with a User
    ///     Property that is longer than 65,535 bytes or no text of MQTT
    public Subscribe {
        entries = List.copyOf(entries);
        Texts.properties(properties);
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a SUBSCRIBE has at least one Topic Filter");
        }
        if (buffer < 1) {
            throw new IllegalArgumentException(
                    "the buffer is " + buffer + ", allowed is 1 or more");
        }
    }

    /// Begins with a Topic Filter, at QoS 2 unless said otherwise: whatever comes, comes as it was
    /// published.
    ///
    /// @param filter a Topic Filter; `$share/NAME/FILTER` for a Shared Subscription
    /// @return a builder
    /// @throws IllegalArgumentException if `filter` is no Topic Filter
    public static Builder to(String filter) {
        return new Builder().and(filter);
    }

    /// Collects a [Subscribe]. What is said about QoS, local and retained messages is about the
    /// Topic Filter named last.
    public static final class Builder {
        private final List<Packet.Subscribe.Entry> entries = new ArrayList<>();
        private final Properties.Builder properties = Properties.builder();
        private Acknowledgement acknowledgement = Acknowledgement.ON_ARRIVAL;
        private int buffer = 1_000;

        private Builder() {}

        /// One more Topic Filter in the same SUBSCRIBE, with the options of the one before.
        ///
        /// @param filter a Topic Filter; `$share/NAME/FILTER` for a Shared Subscription
        /// @return this builder
        /// @throws IllegalArgumentException if `filter` is no Topic Filter
        public Builder and(String filter) {
            SubscriptionOptions options =
                    entries.isEmpty()
                            ? SubscriptionOptions.of(QoS.EXACTLY_ONCE)
                            : entries.getLast().options();
            entries.add(new Packet.Subscribe.Entry(TopicFilter.of(filter), options));
            return this;
        }

        /// The highest QoS to receive. Default: 2.
        ///
        /// @param maximum the server lowers the QoS of its messages to this
        /// @return this builder
        public Builder qos(QoS maximum) {
            SubscriptionOptions o = options();
            return options(
                    new SubscriptionOptions(
                            maximum, o.noLocal(), o.retainAsPublished(), o.retainHandling()));
        }

        /// Not what this client has published itself; 5.0 only.
        ///
        /// @return this builder
        public Builder noLocal() {
            SubscriptionOptions o = options();
            return options(
                    new SubscriptionOptions(
                            o.qos(), true, o.retainAsPublished(), o.retainHandling()));
        }

        /// Messages keep the RETAIN flag they were published with; 5.0 only.
        ///
        /// @return this builder
        public Builder retainAsPublished() {
            SubscriptionOptions o = options();
            return options(new SubscriptionOptions(o.qos(), o.noLocal(), true, o.retainHandling()));
        }

        /// Whether retained messages are sent now; 5.0 only.
        ///
        /// @param handling default: sent with each SUBSCRIBE
        /// @return this builder
        public Builder retainHandling(RetainHandling handling) {
            SubscriptionOptions o = options();
            return options(
                    new SubscriptionOptions(o.qos(), o.noLocal(), o.retainAsPublished(), handling));
        }

        private SubscriptionOptions options() {
            return entries.getLast().options();
        }

        private Builder options(SubscriptionOptions options) {
            Packet.Subscribe.Entry last = entries.removeLast();
            entries.add(new Packet.Subscribe.Entry(last.filter(), options));
            return this;
        }

        /// A Subscription Identifier, 1 to 268,435,455; 5.0 only. Messages that carry it go to this
        /// subscription and no other without it, which tells apart overlapping ones.
        ///
        /// @param identifier 1 to 268,435,455
        /// @return this builder
        /// @throws IllegalArgumentException if it is out of this range
        public Builder identifier(int identifier) {
            properties.add(Property.SUBSCRIPTION_IDENTIFIER, identifier);
            return this;
        }

        /// Adds a User Property to SUBSCRIBE; 5.0 only.
        ///
        /// @param name may come more than once; up to 65,535 bytes of UTF-8
        /// @param value up to 65,535 bytes of UTF-8, may be empty
        /// @return this builder
        public Builder user(String name, String value) {
            properties.user(name, value);
            return this;
        }

        /// When messages of QoS 1 and 2 are acknowledged. Default: [Acknowledgement#ON_ARRIVAL].
        ///
        /// @param when for all Topic Filters of this SUBSCRIBE
        /// @return this builder
        public Builder acknowledgement(Acknowledgement when) {
            acknowledgement = Objects.requireNonNull(when);
            return this;
        }

        /// Leaves acknowledgements to the program: [Acknowledgement#MANUAL].
        ///
        /// @return this builder
        public Builder manual() {
            return acknowledgement(Acknowledgement.MANUAL);
        }

        /// How many messages wait for a slow reader. Default: 1,000.
        ///
        /// @param messages 1 or more, which [#build] checks; `buffer` of [Subscribe] says what
        ///     happens beyond
        /// @return this builder
        public Builder buffer(int messages) {
            buffer = messages;
            return this;
        }

        /// {@return what was collected; the builder may go on}
        ///
        /// @throws IllegalArgumentException as the constructor of [Subscribe]
        public Subscribe build() {
            return new Subscribe(entries, properties.build(), acknowledgement, buffer);
        }
    }
}
