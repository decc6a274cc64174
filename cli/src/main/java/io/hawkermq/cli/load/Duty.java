package io.hawkermq.cli.load;

import java.io.IOException;

/// What one client is there for. All calls come on the thread of the run.
interface Duty {
    /// Seconds that the session outlives its connection: the Session Expiry Interval of CONNECT.
    default int sessionExpiryInterval() {
        return 0;
    }

    /// The broker has accepted the connection.
    ///
    /// @param receiveMaximum how many messages above QoS 0 the broker takes at a time
    void connected(LoadConnection c, int receiveMaximum) throws IOException;

    /// The broker has answered SUBSCRIBE; `isGranted` unless it refused.
    default void subscribed(boolean isGranted) throws IOException {}

    /// A message has come; `b` is valid during the call only.
    default void message(byte[] b, int payload, int end) {}

    /// The last acknowledgement of a message has come; `isTaken` unless the broker refused it.
    default void acknowledged(int packetId, boolean isTaken) throws IOException {}

    /// PINGRESP has come.
    default void answered() throws IOException {}

    /// What was to be sent has gone to the system.
    default void drained() throws IOException {}

    /// The connection is gone.
    ///
    /// @param why null if this end wanted it
    void closed(LoadConnection c, @org.jspecify.annotations.Nullable String why);
}
