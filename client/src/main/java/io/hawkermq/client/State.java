package io.hawkermq.client;

import java.time.Duration;

/// What an [MqttClient] is doing, as [MqttClient#state] and state listeners tell.
public sealed interface State {
    /// Not connected and not trying to be.
    ///
    /// @param ending why; [Ending.NotConnected] before the first attempt
    record Disconnected(Ending ending) implements State {}

    /// An attempt is under way.
    ///
    /// @param attempt 1 or more, counted since the last connection that lasted
    record Connecting(int attempt) implements State {}

    /// The server has accepted the connection.
    record Connected(ConnectResult result) implements State {}

    /// The connection ended or an attempt failed, and the client waits before the next.
    ///
    /// @param attempt the number of the next attempt, 1 or more
    record Waiting(Ending ending, int attempt, Duration delay) implements State {}

    /// Closed for good.
    record Closed(Ending ending) implements State {}
}
