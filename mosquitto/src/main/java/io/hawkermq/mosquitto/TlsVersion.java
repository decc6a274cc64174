package io.hawkermq.mosquitto;

/// The oldest version of TLS that is spoken.
public enum TlsVersion {
    TLS_1_2,
    TLS_1_3
}
