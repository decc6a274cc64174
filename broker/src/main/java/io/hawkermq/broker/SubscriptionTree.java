package io.hawkermq.broker;

import io.hawkermq.core.Overview.Subscribed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// All subscriptions as Mosquitto prints them at SIGUSR2: a line for each level, indented by its
/// depth, with the Client Identifier and the QoS of whoever is subscribed there.
final class SubscriptionTree {
    private final Map<String, SubscriptionTree> children = new TreeMap<>();
    private final List<String> subscribers = new ArrayList<>();

    private SubscriptionTree() {}

    static List<String> lines(List<Subscribed> subscriptions) {
        SubscriptionTree root = new SubscriptionTree();
        for (Subscribed s : subscriptions) {
            SubscriptionTree node = root;
            for (String level : s.filter().toString().split("/", -1)) {
                node = node.children.computeIfAbsent(level, _ -> new SubscriptionTree());
            }
            node.subscribers.add(" (" + s.clientId() + ", " + s.options().qos().level() + ")");
        }
        List<String> lines = new ArrayList<>();
        root.append(0, lines);
        return lines;
    }

    private void append(int depth, List<String> lines) {
        children.forEach((level, node) -> {
            node.subscribers.sort(null);
            lines.add(" ".repeat(depth) + level + String.join("", node.subscribers));
            node.append(depth + 1, lines);
        });
    }
}
