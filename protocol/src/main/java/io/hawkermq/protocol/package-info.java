/// MQTT 3.1, 3.1.1 and 5.0 on plain bytes: packets, their codec, topics, and the QoS flows that
/// both ends of a connection share. No threads, sockets, clocks or dependencies.
@NullMarked
package io.hawkermq.protocol;

import org.jspecify.annotations.NullMarked;
