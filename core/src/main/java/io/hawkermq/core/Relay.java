package io.hawkermq.core;

import io.hawkermq.protocol.PublishRun;
import java.util.ArrayList;
import java.util.List;

/// A [PublishRun] on its way to the sessions of one shard, and what is made of it once for all of them
/// when the first one needs it. As short-lived as the run is.
final class Relay {
    private static final int[] NONE = new int[0];

    private final PublishRun run;
    private final Publisher by;
    private List<Message> messages = List.of();
    private List<Delivery> deliveries = List.of();
    private int[] packetIds = NONE;

    /// @param by who published it
    Relay(PublishRun run, Publisher by) {
        this.run = run;
        this.by = by;
    }

    PublishRun run() {
        return run;
    }

    /// For who gets other bytes than these.
    List<Message> messages() {
        if (messages.isEmpty()) {
            messages = Message.of(run, by);
        }
        return messages;
    }

    /// What is in flight to who gets it at QoS 1 as it came.
    List<Delivery> deliveries() {
        if (deliveries.isEmpty()) {
            List<Delivery> made = new ArrayList<>(run.count());
            for (Message message : messages()) {
                made.add(new Delivery(message, run.qos(), false, null, 0, null));
            }
            deliveries = made;
        }
        return deliveries;
    }

    /// Room for the Packet Identifiers of one session.
    int[] packetIds() {
        if (packetIds.length == 0) {
            packetIds = new int[run.count()];
        }
        return packetIds;
    }
}
