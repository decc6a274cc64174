package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Topic Names that the decoders of one event loop have seen lately, so that the Topic Name of
/// a PUBLISH is neither checked nor allocated again. Not thread-safe: one for each loop.
///
/// Two entries share a slot and the older one gives way, so a peer that sends names without end
/// costs others a repeated check and nothing else. At most 8,192 names of at most 256 bytes are
/// held, some 6 MiB; longer names are made anew each time.
public final class TopicNames {
    private static final int ENTRIES = 8_192;
    private static final int LONGEST = 256;

    private final @Nullable TopicName[] entries = new @Nullable TopicName[ENTRIES];

    /// The Topic Name made of these bytes.
    ///
    /// @throws MalformedPacketException if they are no Topic Name
    TopicName at(byte[] bytes, int from, int to) throws MalformedPacketException {
        int hash = TopicName.hash(bytes, from, to);
        int first = hash & (ENTRIES - 2);
        TopicName found = entries[first];
        if (found != null && found.hashCode() == hash && found.isAt(bytes, from, to)) {
            return found;
        }
        found = entries[first + 1];
        if (found != null && found.hashCode() == hash && found.isAt(bytes, from, to)) {
            return found;
        }
        String fault = Utf8.faultAt(bytes, from, to);
        if (fault != null) {
            throw new MalformedPacketException(
                    "the Topic Name "
                            + Utf8.quoted(
                                    new String(bytes, from, to - from, StandardCharsets.UTF_8))
                            + " has "
                            + fault);
        }
        TopicName made = TopicName.ofValidUtf8(Arrays.copyOfRange(bytes, from, to));
        if (to - from <= LONGEST) {
            entries[first + 1] = entries[first];
            entries[first] = made;
        }
        return made;
    }
}
