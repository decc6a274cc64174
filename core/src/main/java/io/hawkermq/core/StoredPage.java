package io.hawkermq.core;

import java.util.List;

/// Answers a [PageRequest].
///
/// @param ticket of the request
/// @param deliveries those that wait, by ascending sequence and without those in flight, from the
///     request's `from` to `through`; what could not be read is not among them
/// @param through up to here all that was asked for has come, or cannot be read; never less than
///     the request's `from`
public record StoredPage(long ticket, List<StoredDelivery> deliveries, long through) {}
