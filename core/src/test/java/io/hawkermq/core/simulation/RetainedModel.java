package io.hawkermq.core.simulation;

import io.hawkermq.core.simulation.Published.Take;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which message of each topic was retained when. Time is counted in changes.
final class RetainedModel {
    /// @param take null if the retained message was cleared
    private record Change(long number, @Nullable Take take) {}

    private final Map<String, List<Change>> topics = new HashMap<>();
    private final Set<String> refused = new HashSet<>();
    private long changes;

    /// The number of the last change.
    long now() {
        return changes;
    }

    /// [MQTT-3.3.1-5] [MQTT-3.3.1-6]
    void apply(Take take) {
        topics.computeIfAbsent(take.message().topic(), t -> new ArrayList<>())
                .add(new Change(++changes, take.message().isClearing() ? null : take));
    }

    /// There was no space to retain a message of this topic.
    void refuse(String topic) {
        refused.add(topic);
    }

    /// True if clients may have got a message as the newest of its topic that is not retained.
    boolean wasRefused(String topic) {
        return refused.contains(topic);
    }

    /// A change is lost: what was retained before it is retained again.
    void restore(String topic, @Nullable Take before) {
        topics.computeIfAbsent(topic, t -> new ArrayList<>()).add(new Change(++changes, before));
    }

    @Nullable Take held(String topic) {
        List<Change> all = topics.getOrDefault(topic, List.of());
        return all.isEmpty() ? null : all.getLast().take();
    }

    /// What is retained now for a filter.
    Map<String, Take> matching(String filter) {
        Map<String, Take> found = new HashMap<>();
        for (String topic : topics.keySet()) {
            Take held = held(topic);
            if (held != null && Rules.matches(filter, topic)) {
                found.put(topic, held);
            }
        }
        return found;
    }

    /// True if the message was retained at some time since that change.
    boolean wasHeldSince(Published message, long number) {
        List<Change> all = topics.getOrDefault(message.topic(), List.of());
        for (int i = 0; i < all.size(); i++) {
            Take take = all.get(i).take();
            boolean isOver = i + 1 < all.size() && all.get(i + 1).number() <= number;
            if (take != null && take.message() == message && !isOver) {
                return true;
            }
        }
        return false;
    }
}
