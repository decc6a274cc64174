package io.hawkermq.core;

import io.hawkermq.protocol.TopicName;

/// The door to whoever takes the commands that clients publish below `$CONTROL`. Such messages are
/// neither routed nor kept. Called on event loops: an implementation takes the message and answers
/// later, by publishing on a loop.
public interface Control {
    /// Whether it takes what is published to a topic; others below `$CONTROL` are refused.
    boolean takes(TopicName topic);

    /// Takes a message whose sender may publish it.
    ///
    /// @param access decides on the sender's connection
    /// @param payload not to be changed
    void accept(
            AccessControl access, AccessControl.Principal sender, TopicName topic, byte[] payload);

    /// Takes nothing.
    static Control none() {
        return NoControl.INSTANCE;
    }

    /// Whether a topic is `$CONTROL` or below it.
    static boolean concerns(TopicName topic) {
        if (!topic.isReserved()) {
            return false;
        }
        String text = topic.toString();
        return text.equals("$CONTROL") || text.startsWith("$CONTROL/");
    }
}
