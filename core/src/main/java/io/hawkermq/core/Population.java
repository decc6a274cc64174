package io.hawkermq.core;

/// How many sessions the whole server has, connected or not. Its shards share one; each tells it of
/// its own. Two clients that connect to different shards at the same moment may both become the
/// last one that is allowed.
public interface Population {
    int sessions();

    void entered();

    void left();

    /// That of a shard which is alone.
    static Population ofOneShard() {
        return new Population() {
            private int sessions;

            @Override
            public int sessions() {
                return sessions;
            }

            @Override
            public void entered() {
                sessions++;
            }

            @Override
            public void left() {
                sessions--;
            }
        };
    }
}
