package io.hawkermq.core;

/// Asks a [Store] for deliveries that a session's queue keeps there only; answered by a
/// [StoredPage].
///
/// @param shard that asks and is to be answered
/// @param ticket names the request, unique in its shard; given back with the answer
/// @param session the number of the session
/// @param from the first sequence that is wanted
/// @param to the last one; all that waits from `from` to here is durable
/// @param bytes about how many bytes of messages to answer with; at least one delivery comes, and
///     a few more bytes may
public record PageRequest(int shard, long ticket, long session, long from, long to, int bytes) {}
