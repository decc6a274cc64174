package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishRun;
import io.hawkermq.protocol.PublishTemplates;

/// The door through which the core writes to one network connection. Whoever implements it
/// collects the bytes and hands them to the network at the end of the event loop's turn. Called
/// only on the loop that owns the connection; never calls back into the core from within a call.
public interface Outbox {
    /// Says how packets are to be encoded from now on; called once, before the first packet.
    ///
    /// @param maximumPacketSize the client's Maximum Packet Size in bytes; larger packets are not
    ///     sent [MQTT-3.1.2-24]
    void negotiated(ProtocolVersion version, long maximumPacketSize);

    /// Appends a packet.
    ///
    /// @return false if it would be larger than the client's Maximum Packet Size, even without
    ///     Reason String and User Properties; nothing is appended then [MQTT-3.1.2-25]
    boolean send(Packet packet);

    /// Appends a copy of an encoded PUBLISH with `packetId` in its place.
    ///
    /// @param packetId 1 to 65,535; ignored where the template is for QoS 0
    /// @return false if it would be larger than the client's Maximum Packet Size
    boolean publish(PublishTemplates.Template template, int packetId);

    /// Appends a copy of packets as they came from their publisher, whose version is encoded as this
    /// connection's; at QoS 1 with other Packet Identifiers.
    ///
    /// @param packetIds one for each packet of the run, of no concern at QoS 0
    /// @return false if one of them is larger than the client's Maximum Packet Size; nothing is
    ///     appended then
    boolean relay(PublishRun run, int[] packetIds);

    /// False while the network has not taken the bytes of earlier turns, beyond the outbound limit:
    /// the core then sends acknowledgements only, until [Connection#onWritable].
    boolean isWritable();

    /// Stops reading from the network: publishers are held back by their own socket.
    void pauseReading();

    void resumeReading();

    /// Runs something within a turn of the loop that owns the session of this connection's Client
    /// Identifier by then, and brings the connection there first. For the answer to a CONNECT, so
    /// only while that is awaited; may be called by any thread.
    void execute(Runnable answer);

    /// Closes the network connection once everything appended has been sent, or after a short
    /// grace period. The core expects [Connection#onClosed] no more.
    void close();
}
