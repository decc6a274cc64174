/// What lies between a socket and the bytes of MQTT: TLS, WebSocket, the PROXY protocol. Each is a
/// layer of its own in the pipeline of a channel, and there only if its listener asks for it; plain
/// TCP has none.
@NullMarked
package io.hawkermq.broker.transport;

import org.jspecify.annotations.NullMarked;
