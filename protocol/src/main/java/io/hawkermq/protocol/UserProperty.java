package io.hawkermq.protocol;

/// A User Property: a name, which may repeat, and a value.
public record UserProperty(String name, String value) {}
