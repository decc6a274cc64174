package io.hawkermq.protocol;

import java.util.HashMap;
import java.util.Map;

/// The Topic Aliases that this end sets on one network connection: the first Topic Names sent get
/// one each, until the other end's maximum is used up [MQTT-3.1.2-26]. They are never set anew, so
/// that a client's table is written once.
public final class OutboundTopicAliases {
    /// No alias may ever be sent.
    public static final OutboundTopicAliases OFF = new OutboundTopicAliases(0);

    private final int maximum;
    private Map<TopicName, Integer> aliases = Map.of();

    /// @param maximum the other end's Topic Alias Maximum or less; 0 for none [MQTT-3.1.2-27]
    public OutboundTopicAliases(int maximum) {
        this.maximum = maximum;
    }

    /// True if no alias may ever be sent.
    public boolean isOff() {
        return maximum == 0;
    }

    /// The alias of `topic`, or 0 if it has none.
    public int find(TopicName topic) {
        return aliases.getOrDefault(topic, 0);
    }

    /// Gives `topic` an alias, to be sent together with the Topic Name once.
    ///
    /// @return 1 or more, or 0 if all are used
    public int assign(TopicName topic) {
        if (aliases.size() >= maximum) {
            return 0;
        }
        if (aliases.isEmpty()) {
            aliases = new HashMap<>();
        }
        int alias = aliases.size() + 1;
        aliases.put(topic, alias);
        return alias;
    }

    /// Takes back the alias just assigned to `topic`, because the packet that sets it was not sent.
    public void forgetLast(TopicName topic) {
        aliases.remove(topic);
    }
}
