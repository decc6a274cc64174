package io.hawkermq.mosquitto;

/// When a bridge takes over a changed configuration.
public enum BridgeReload {
    /// At its next connection.
    LAZY,
    /// It reconnects.
    IMMEDIATE
}
