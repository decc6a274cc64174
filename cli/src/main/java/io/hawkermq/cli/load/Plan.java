package io.hawkermq.cli.load;

import java.io.IOException;

/// What a run does, from its first connection to its last message. On the loop's thread.
interface Plan {
    /// Nothing to do until something comes.
    long NEVER = Long.MAX_VALUE;

    void begin() throws IOException;

    /// Called in each turn of the loop, after what has come was read.
    ///
    /// @return when to be called again at the latest, by the monotonic clock; a time that is past if
    ///     there is more to do at once; or [#NEVER]
    long turn(long now) throws IOException;

    boolean isOver();

    /// Adds what the last second counted to the total, once it was shown.
    void takeSecond();

    /// What the line of each second says first.
    String phase();

    /// Everything that was counted, once it is over.
    Outcome outcome();
}
