package io.hawkermq.mosquitto;

/// A line that sets something, as it was written.
///
/// @param name the name in the line, which may be an alias
public record SettingLine(String name, Option<?> option, Origin origin) {}
