package io.hawkermq.core;

/// Another shard has subscribers for a Topic Filter.
record RemoteInterest(int shard) implements Subscriber {}
