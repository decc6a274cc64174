package io.hawkermq.protocol;

/// The Will Message of a CONNECT. `properties` are the Will Properties, Will Delay Interval
/// included; `payload` is not copied.
public record Will(
        TopicName topic, byte[] payload, QoS qos, boolean retain, Properties properties) {}
