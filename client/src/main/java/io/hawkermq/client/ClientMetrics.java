package io.hawkermq.client;

/// Counters of one client since it was made, and what it holds now: a snapshot.
///
/// @param connections that the server has accepted
/// @param failures attempts that failed and connections that were lost
/// @param published messages whose delivery is over and has succeeded
/// @param received messages, each counted once however many subscriptions it had
/// @param dropped messages of QoS 0 that found a full buffer, once for each subscription
/// @param bytesSent over all connections, MQTT only
/// @param bytesReceived over all connections, MQTT only
/// @param unfinished messages between `publish` and their end
/// @param unfinishedBytes of these
/// @param bufferedBytes of messages that wait for their readers
public record ClientMetrics(
        long connections,
        long failures,
        long published,
        long received,
        long dropped,
        long bytesSent,
        long bytesReceived,
        int unfinished,
        long unfinishedBytes,
        long bufferedBytes) {}
