package io.hawkermq.client;

import jdk.jfr.FlightRecorder;

/// Tells Java Flight Recorder, if somebody records. Before that no type of event is loaded: the first
/// one costs some 150 ms, more than all else that a short program does.
final class FlightEvents {
    private FlightEvents() {}

    static void state(String clientId, ServerAddress server, State state) {
        if (FlightRecorder.isInitialized()) {
            StateEvent event = new StateEvent();
            if (event.shouldCommit()) {
                event.clientId = clientId;
                event.server = server.toString();
                event.state = state.toString();
                event.commit();
            }
        }
    }

    static void dropped(String clientId, Subscription subscription) {
        if (FlightRecorder.isInitialized()) {
            DropEvent event = new DropEvent();
            if (event.shouldCommit()) {
                event.clientId = clientId;
                event.filter = subscription.request().entries().getFirst().filter().toString();
                event.commit();
            }
        }
    }
}
