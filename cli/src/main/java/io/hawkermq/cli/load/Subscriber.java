package io.hawkermq.cli.load;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Receives messages and notices which are missing, doubled or late.
final class Subscriber implements Duty {
    private final MessagePlan plan;
    private final String filter;

    /// Of the publishers of this run, from [#first] on.
    private final Flow[] flows;

    private final int first;

    /// Of publishers of other runs, by run and publisher.
    private final Map<Long, Flow> others = new HashMap<>();

    /// @param first the lowest publisher whose messages come here
    /// @param count how many publishers from there on
    Subscriber(MessagePlan plan, String filter, int first, int count) {
        this.plan = plan;
        this.filter = filter;
        this.first = first;
        flows = new Flow[count];
        for (int i = 0; i < count; i++) {
            flows[i] = new Flow();
        }
    }

    static Packet.Subscribe subscribe(String filter, int qos) {
        return new Packet.Subscribe(
                1,
                List.of(
                        new Packet.Subscribe.Entry(
                                TopicFilter.of(filter),
                                new SubscriptionOptions(
                                        QoS.of(qos), false, false, RetainHandling.SEND))),
                Properties.NONE);
    }

    @Override
    public int sessionExpiryInterval() {
        return plan.loop().options().sessionExpiryInterval;
    }

    @Override
    public void connected(LoadConnection c, int receiveMaximum) {
        c.send(subscribe(filter, plan.loop().options().qos));
    }

    @Override
    public void subscribed(boolean isGranted) {
        plan.isSubscribed(isGranted);
    }

    @Override
    public void message(byte[] b, int payload, int end) {
        if (!Stamp.isAt(b, payload, end)) {
            plan.received(-1, 0);
            return;
        }
        int publisher = Stamp.publisher(b, payload);
        boolean isOwn = Stamp.run(b, payload) == plan.run();
        int index = publisher - first;
        if (isOwn && (index < 0 || index >= flows.length)) {
            plan.received(-1, 0);
            return;
        }
        Flow flow = isOwn ? flows[index] : other(Stamp.run(b, payload), publisher);
        if (!flow.add(Stamp.sequence(b, payload))) {
            plan.doubled();
            return;
        }
        long latency = Math.max(0, plan.loop().now() - Stamp.nanos(b, payload));
        plan.received(isOwn ? publisher : MessagePlan.OTHERS, latency);
    }

    private Flow other(int run, int publisher) {
        return others.computeIfAbsent((long) run << 32 | publisher, _ -> new Flow());
    }

    /// How many came of the publishers of this run.
    long count() {
        long sum = 0;
        for (Flow f : flows) {
            sum += f.count();
        }
        return sum;
    }

    long count(int publisher) {
        return flows[publisher - first].count();
    }

    /// How many are missing of what other runs have sent.
    long gaps() {
        return others.values().stream().mapToLong(Flow::gaps).sum();
    }

    int first() {
        return first;
    }

    int publishers() {
        return flows.length;
    }

    @Override
    public void closed(LoadConnection c, @Nullable String why) {
        plan.isGone(why);
    }
}
