package io.hawkermq.client;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A message of QoS 0 that found its subscription's buffer full, for Java Flight Recorder.
@Name("io.hawkermq.client.Drop")
@Label("MQTT Message Dropped")
@Category({"MQTT", "Client"})
@Description("A message of QoS 0 was dropped because its reader is too slow")
@StackTrace(false)
final class DropEvent extends Event {
    @Label("Client Identifier")
    String clientId = "";

    @Label("Topic Filter")
    String filter = "";
}
