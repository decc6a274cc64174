package io.hawkermq.protocol;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The receiving half of the QoS 2 flow of section 4.3.3, the same at both ends: the packet
/// identifiers whose PUBLISH was taken over and whose PUBREL has not come. Part of the session
/// state. Identifiers are 16 bits, so that it never holds more than 8 KiB.
public final class Receiver {
    private @Nullable BitSet unreleased;
    private int count;

    /// How many messages wait for their PUBREL.
    public int unreleased() {
        return count;
    }

    /// True while the PUBREL of `packetId` has not come.
    public boolean isUnreleased(int packetId) {
        return unreleased != null && unreleased.get(packetId);
    }

    /// A QoS 2 PUBLISH came.
    ///
    /// @return true if it is new; false if it is the same message again, to be acknowledged and not
    ///     delivered twice [MQTT-4.3.3-10]
    public boolean onPublish(int packetId) {
        if (unreleased == null) {
            unreleased = new BitSet();
        }
        if (unreleased.get(packetId)) {
            return false;
        }
        unreleased.set(packetId);
        count++;
        return true;
    }

    /// A PUBREL came.
    ///
    /// @return true if its message was waiting for it; false if the identifier is not known
    public boolean onPubrel(int packetId) {
        if (unreleased == null || !unreleased.get(packetId)) {
            return false;
        }
        unreleased.clear(packetId);
        if (--count == 0) {
            unreleased = null;
        }
        return true;
    }
}
