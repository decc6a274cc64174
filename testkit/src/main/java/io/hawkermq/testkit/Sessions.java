package io.hawkermq.testkit;

/// What becomes of sessions and retained messages when the broker restarts.
public enum Sessions {
    /// They are there again, as with a broker that has persistence. Sessions whose Session Expiry
    /// Interval is 0 end with their connection, as ever.
    KEPT,
    /// Nothing is there any more, as with a broker that has none.
    LOST
}
