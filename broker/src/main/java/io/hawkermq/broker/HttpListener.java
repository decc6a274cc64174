package io.hawkermq.broker;

import io.hawkermq.broker.transport.TlsOptions;
import io.hawkermq.core.AccessControl;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A port at which the broker tells about itself over HTTP: `protocol http_api`.
///
/// @param host a name or an address, null for all addresses
/// @param port 0 lets the system choose
/// @param tls null for none
/// @param directory of files that are served beside the API, null for none
/// @param access decides who may read which path, as if it were a Topic Name
/// @param place how many listeners of MQTT are told before it
/// @param origin for messages, where it was asked for, like `mosquitto.conf:7`; empty if unknown
public record HttpListener(
        @Nullable String host,
        int port,
        @Nullable TlsOptions tls,
        @Nullable Path directory,
        AccessControl access,
        int place,
        String origin) {
    /// Told behind all listeners of MQTT.
    public HttpListener(
            @Nullable String host,
            int port,
            @Nullable TlsOptions tls,
            @Nullable Path directory,
            AccessControl access,
            String origin) {
        this(host, port, tls, directory, access, Integer.MAX_VALUE, origin);
    }

    /// A port of the loopback address for everybody, without files.
    public static HttpListener loopback(int port) {
        return new HttpListener("127.0.0.1", port, null, null, AccessControl.anonymous(), "");
    }
}
