package io.hawkermq.protocol;

import org.jspecify.annotations.Nullable;

/// The receiving half of the QoS 2 flow of section 4.3.3, the same at both ends: the packet
/// identifiers whose PUBLISH was taken over and whose PUBREL has not come. Part of the session
/// state. A bit for each identifier, in pages: a sender that counts up needs one or two at a time.
/// Never holds more than 10 KiB, and nothing while nothing is unreleased.
public final class Receiver {
    private static final int PAGE_BITS = 10;
    private static final int PAGES = 1 << 16 - PAGE_BITS;
    private static final int WORDS = 1 << PAGE_BITS - 6;

    private long @Nullable [] @Nullable [] unreleased;
    private int count;

    /// How many messages wait for their PUBREL.
    public int unreleased() {
        return count;
    }

    /// True while the PUBREL of `packetId` has not come.
    public boolean isUnreleased(int packetId) {
        long[] page = unreleased == null ? null : unreleased[packetId >>> PAGE_BITS];
        return page != null && (page[wordOf(packetId)] & 1L << packetId) != 0;
    }

    private static int wordOf(int packetId) {
        return packetId >>> 6 & WORDS - 1;
    }

    /// A QoS 2 PUBLISH came.
    ///
    /// @return true if it is new; false if it is the same message again, to be acknowledged and not
    ///     delivered twice [MQTT-4.3.3-10]
    public boolean onPublish(int packetId) {
        if (isUnreleased(packetId)) {
            return false;
        }
        if (unreleased == null) {
            unreleased = new long[PAGES][];
        }
        long[] page = unreleased[packetId >>> PAGE_BITS];
        if (page == null) {
            page = new long[WORDS];
            unreleased[packetId >>> PAGE_BITS] = page;
        }
        page[wordOf(packetId)] |= 1L << packetId;
        count++;
        return true;
    }

    /// A PUBREL came.
    ///
    /// @return true if its message was waiting for it; false if the identifier is not known
    public boolean onPubrel(int packetId) {
        long[] page = unreleased == null ? null : unreleased[packetId >>> PAGE_BITS];
        if (page == null || !isUnreleased(packetId)) {
            return false;
        }
        page[wordOf(packetId)] &= ~(1L << packetId);
        if (--count == 0) {
            unreleased = null;
        }
        return true;
    }
}
