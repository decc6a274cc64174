package io.hawkermq.core;

import io.hawkermq.protocol.TopicName;

/// See [Control#none].
enum NoControl implements Control {
    INSTANCE;

    @Override
    public boolean takes(TopicName topic) {
        return false;
    }

    @Override
    public void accept(
            AccessControl access, AccessControl.Principal sender, TopicName topic, byte[] payload) {
        throw new IllegalStateException("nothing was to be taken");
    }
}
