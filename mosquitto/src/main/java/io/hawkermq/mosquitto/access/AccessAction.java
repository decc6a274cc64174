package io.hawkermq.mosquitto.access;

/// What a client asks to do with a topic.
public enum AccessAction {
    PUBLISH,
    RECEIVE,
    SUBSCRIBE
}
