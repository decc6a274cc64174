package io.hawkermq.broker;

import java.util.Set;

/// What the broker answers below `$CONTROL`.
///
/// @param endpoints empty for nothing
public record ControlOptions(Set<Endpoint> endpoints) {
    /// Nothing is answered.
    public static final ControlOptions NONE = new ControlOptions(Set.of());

    /// A topic with answers.
    public enum Endpoint {
        BROKER("$CONTROL/broker/v1"),
        DYNAMIC_SECURITY("$CONTROL/dynamic-security/v1");

        private final String topic;

        Endpoint(String topic) {
            this.topic = topic;
        }

        String topic() {
            return topic;
        }
    }

    public ControlOptions {
        endpoints = Set.copyOf(endpoints);
    }
}
