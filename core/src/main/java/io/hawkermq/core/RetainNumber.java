package io.hawkermq.core;

/// Which one of the messages with RETAIN that a shard has published, counted from 1. A shard tells
/// others of a message and has it retained by another one again, so that those who get both need to
/// know whether what is retained is from before the message or not: [KeptSoFar].
record RetainNumber(int shard, long number) {}
