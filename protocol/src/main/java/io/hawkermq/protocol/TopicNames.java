package io.hawkermq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Topic Names that the decoders of one event loop have seen lately, so that the Topic Name of
/// a PUBLISH is neither checked nor allocated again. Not thread-safe: one for each loop.
///
/// Two entries share a set and the older one gives way, to a name that comes again: a peer that sends
/// ever new names takes nothing from others. The table doubles when as many names have given way as
/// it has places; at most 65,536 names of at most 256 bytes are held, some 10 MiB where they have 40
/// bytes and 45 MiB at worst. Longer names are made anew each time.
public final class TopicNames {
    private static final int FEWEST_PLACES = 1_024;
    private static final int MOST_PLACES = 65_536;
    private static final int LONGEST = 256;

    private @Nullable TopicName[] entries = new @Nullable TopicName[FEWEST_PLACES];

    /// Of each entry: a name that is another one, and in no near cache of the processor, need not be
    /// looked at.
    private int[] hashes = new int[FEWEST_PLACES];

    private final Doorkeeper doorkeeper = new Doorkeeper();
    private int displaced;

    /// The Topic Name made of these bytes if it was seen lately, else null.
    @Nullable TopicName find(byte[] bytes, int from, int to) {
        return find(bytes, from, to, TopicName.hash(bytes, from, to));
    }

    private @Nullable TopicName find(byte[] bytes, int from, int to, int hash) {
        int first = setOf(hash);
        TopicName found = hashes[first] == hash ? entries[first] : null;
        if (found != null && found.isAt(bytes, from, to)) {
            return found;
        }
        found = hashes[first + 1] == hash ? entries[first + 1] : null;
        return found != null && found.isAt(bytes, from, to) ? found : null;
    }

    /// The Topic Name made of these bytes.
    ///
    /// @throws MalformedPacketException if they are no Topic Name
    TopicName at(byte[] bytes, int from, int to) throws MalformedPacketException {
        int hash = TopicName.hash(bytes, from, to);
        TopicName found = find(bytes, from, to, hash);
        if (found != null) {
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
            keep(made);
        }
        return made;
    }

    /// The first of the two places for names of this hash.
    private int setOf(int hash) {
        return hash & (entries.length - 2);
    }

    private void keep(TopicName made) {
        int first = setOf(made.hashCode());
        if (entries[first + 1] != null) {
            if (!doorkeeper.letsIn(made.hashCode())) {
                return;
            }
            displaced++;
        }
        entries[first + 1] = entries[first];
        hashes[first + 1] = hashes[first];
        entries[first] = made;
        hashes[first] = made.hashCode();
        if (displaced > entries.length && entries.length < MOST_PLACES) {
            grow();
        }
    }

    private void grow() {
        @Nullable TopicName[] old = entries;
        entries = new @Nullable TopicName[old.length * 2];
        hashes = new int[entries.length];
        displaced = 0;
        // From one set come two, so that none gives way.
        for (TopicName name : old) {
            if (name != null) {
                int first = setOf(name.hashCode());
                int place = entries[first] == null ? first : first + 1;
                entries[place] = name;
                hashes[place] = name.hashCode();
            }
        }
    }

    int places() {
        return entries.length;
    }
}
