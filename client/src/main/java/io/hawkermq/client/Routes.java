package io.hawkermq.client;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which subscriptions a message is for. A message with Subscription Identifiers is for those that
/// have them; subscriptions without one are asked whether they match.
final class Routes {
    private static final int MOST_KNOWN = 4_096;

    private final List<Subscription> subscriptions = new ArrayList<>();
    private final Map<TopicName, List<Subscription>> known = new HashMap<>();
    private boolean hasIdentifiers;

    List<Subscription> all() {
        return subscriptions;
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
        changed();
    }

    boolean remove(Subscription subscription) {
        boolean wasThere = subscriptions.remove(subscription);
        changed();
        return wasThere;
    }

    void clear() {
        subscriptions.clear();
        changed();
    }

    boolean contains(Subscription subscription) {
        return subscriptions.contains(subscription);
    }

    private void changed() {
        known.clear();
        hasIdentifiers = false;
        for (Subscription s : subscriptions) {
            hasIdentifiers |= s.identifier() != 0;
        }
    }

    List<Subscription> find(TopicName topic, Packet.Publish publish) {
        if (hasIdentifiers) {
            List<Integer> identifiers = publish.properties().subscriptionIdentifiers();
            if (!identifiers.isEmpty()) {
                return findByIdentifier(topic, identifiers);
            }
        }
        List<Subscription> found = known.get(topic);
        if (found == null) {
            found = new ArrayList<>(2);
            for (Subscription s : subscriptions) {
                if (s.matches(topic)) {
                    found.add(s);
                }
            }
            if (known.size() >= MOST_KNOWN) {
                known.clear();
            }
            known.put(topic, found);
        }
        return found;
    }

    private List<Subscription> findByIdentifier(TopicName topic, List<Integer> identifiers) {
        List<Subscription> found = new ArrayList<>(2);
        for (Subscription s : subscriptions) {
            if (s.identifier() == 0 ? s.matches(topic) : identifiers.contains(s.identifier())) {
                found.add(s);
            }
        }
        return found;
    }
}
