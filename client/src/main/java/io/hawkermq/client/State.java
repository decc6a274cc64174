package io.hawkermq.client;

import java.time.Duration;

/// What an [MqttClient] is doing, as [MqttClient#state] and state listeners tell.
///
/// Immutable; a switch over it needs no default.
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
    ///
    /// @param result what CONNACK has said
    record Connected(ConnectResult result) implements State {}

    /// The connection ended or an attempt failed, and the client waits before the next.
    ///
    /// @param ending of the connection, or of the attempt that failed
    /// @param attempt the number of the next attempt, 1 or more
    /// @param delay from then to the attempt, 1 ms or more, or zero where a redirection is followed
    record Waiting(Ending ending, int attempt, Duration delay) implements State {}

    /// Closed for good.
    ///
    /// @param ending of the last connection
    record Closed(Ending ending) implements State {}
}
