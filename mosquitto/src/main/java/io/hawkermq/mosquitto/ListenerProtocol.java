package io.hawkermq.mosquitto;

/// What a listener speaks.
public enum ListenerProtocol {
    MQTT,
    WEBSOCKETS,
    HTTP_API
}
