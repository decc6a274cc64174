package io.hawkermq.mosquitto;

/// A value with the place that set it; of a list, the place that set it last.
public record Setting<T>(T value, Origin origin) {
    public boolean isDefault() {
        return origin instanceof Origin.Default;
    }
}
