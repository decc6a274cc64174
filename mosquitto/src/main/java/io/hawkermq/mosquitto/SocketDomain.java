package io.hawkermq.mosquitto;

/// The address family that a listener is restricted to.
public enum SocketDomain {
    IPV4,
    IPV6
}
