package io.hawkermq.mosquitto;

/// How much the field depends on an option.
public enum Priority {
    /// In most files.
    P0,
    /// In many.
    P1,
    /// In few.
    P2,
    /// Accepted, without effect here.
    X,
    /// Hawker's own.
    OWN
}
