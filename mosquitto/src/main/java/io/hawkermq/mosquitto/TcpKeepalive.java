package io.hawkermq.mosquitto;

/// Probes on an idle TCP connection.
///
/// @param idle seconds without traffic before the first probe
/// @param interval seconds between probes
/// @param count probes without answer after which the connection is lost
public record TcpKeepalive(int idle, int interval, int count) {
    @Override
    public String toString() {
        return idle + " " + interval + " " + count;
    }
}
