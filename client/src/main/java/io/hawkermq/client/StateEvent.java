package io.hawkermq.client;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A change of [MqttClient#state] for Java Flight Recorder.
@Name("io.hawkermq.client.State")
@Label("MQTT Client State")
@Category({"MQTT", "Client"})
@Description("A client connects, is connected, waits for its next attempt, or ends")
@StackTrace(false)
final class StateEvent extends Event {
    @Label("Client Identifier")
    String clientId = "";

    @Label("Server")
    String server = "";

    @Label("State")
    String state = "";
}
