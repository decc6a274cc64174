package io.hawkermq.it.crash;

import io.hawkermq.core.Message;
import io.hawkermq.core.Publications;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Where each message of an outbox has been: accepted by the outbox, taken by the broker, arrived at
/// the subscriber. So it can say who has lost a message that is missing in the end: the client
/// (accepted, but the broker never saw it), or the broker (taken, but not delivered; to be compared
/// with what the broker says it has dropped).
///
/// Messages are `run:number`, numbered from 1 in each run.
final class OutboxLedger implements Publications {
    private final String topic;
    private final List<Long> accepted = new ArrayList<>();
    private final Queue<String> taken = new ConcurrentLinkedQueue<>();
    private final Queue<String> arrived = new ConcurrentLinkedQueue<>();

    OutboxLedger(String topic) {
        this.topic = topic;
    }

    /// What became of the messages.
    ///
    /// @param lost accepted by the outbox, never taken by the broker: the client's fault
    /// @param undelivered taken by the broker, never arrived; each must be a counted drop
    /// @param repeated taken more than once by the broker
    /// @param redelivered taken once by the broker and arrived more than once
    /// @param unknown taken and never accepted: more than the one message of each run that a kill
    ///     may catch between its acceptance and the word about it
    /// @param disordered first takings that came before one of an earlier message
    record Verdict(
            List<String> lost,
            List<String> undelivered,
            List<String> repeated,
            List<String> redelivered,
            List<String> unknown,
            List<String> disordered) {
        boolean isWithoutLossOrDisorder() {
            return lost.isEmpty() && unknown.isEmpty() && disordered.isEmpty();
        }
    }

    @Override
    public void published(Message message) {
        if (message.topic().toString().equals(topic)) {
            taken.add(new String(message.payload(), StandardCharsets.UTF_8));
        }
    }

    void arrived(String text) {
        arrived.add(text);
    }

    /// The outbox has taken, in the next run, the messages from 1 to this.
    void accepted(long last) {
        accepted.add(last);
    }

    int takenCount() {
        return taken.size();
    }

    int arrivedCount() {
        return arrived.size();
    }

    Verdict verdict() {
        List<String> repeated = new ArrayList<>();
        Set<String> atBroker = firsts(taken, repeated);
        List<String> again = new ArrayList<>();
        Set<String> atSubscriber = firsts(arrived, again);

        List<String> lost = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (int run = 0; run < accepted.size(); run++) {
            for (long i = 1; i <= accepted.get(run); i++) {
                String text = run + ":" + i;
                known.add(text);
                if (!atBroker.contains(text)) {
                    lost.add(text);
                }
            }
            known.add(run + ":" + (accepted.get(run) + 1));
        }
        List<String> undelivered = new ArrayList<>(atBroker);
        undelivered.removeAll(atSubscriber);
        List<String> unknown = new ArrayList<>();
        for (String text : atBroker) {
            if (!known.contains(text)) {
                unknown.add(text);
            }
        }
        repeated.forEach(again::remove);
        return new Verdict(lost, undelivered, repeated, again, unknown, disordered(atBroker));
    }

    /// @param others gets what comes again, as often as it does
    private static Set<String> firsts(Queue<String> all, List<String> others) {
        Set<String> firsts = new LinkedHashSet<>();
        for (String text : new ArrayDeque<>(all)) {
            if (!firsts.add(text)) {
                others.add(text);
            }
        }
        return firsts;
    }

    private static List<String> disordered(Set<String> firsts) {
        List<String> found = new ArrayList<>();
        Map<Integer, Long> highest = new HashMap<>();
        int lastRun = 0;
        for (String text : firsts) {
            int colon = text.indexOf(':');
            int run = Integer.parseInt(text.substring(0, colon));
            long number = Long.parseLong(text.substring(colon + 1));
            if (run < lastRun || number < highest.getOrDefault(run, 0L)) {
                found.add(text);
            }
            lastRun = Math.max(lastRun, run);
            highest.merge(run, number, Math::max);
        }
        return found;
    }
}
