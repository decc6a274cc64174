package io.hawkermq.store;

import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Topic Names and publishers read last, so that a million messages of a thousand topics make a
/// thousand names.
final class Names {
    private static final int COUNT = 1 << 12;

    private final @Nullable TopicName[] topics = new @Nullable TopicName[COUNT];
    private final @Nullable Publisher[] publishers = new @Nullable Publisher[COUNT];

    private record Publisher(byte[] utf8, String text) {}

    TopicName topic(RecordReader in) throws BadRecordException {
        int length = in.varint(1, 65_535);
        int from = in.skip(length);
        int slot = TopicName.hash(in.bytes(), from, from + length) & (COUNT - 1);
        TopicName known = topics[slot];
        if (known != null && known.isAt(in.bytes(), from, from + length)) {
            return known;
        }
        TopicName topic = topic(in.bytes(), from, length);
        topics[slot] = topic;
        return topic;
    }

    static TopicName topic(byte[] bytes, int from, int length) throws BadRecordException {
        try {
            return TopicName.of(
                    new String(bytes, from, length, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new BadRecordException(String.valueOf(e.getMessage()));
        }
    }

    String publisher(RecordReader in) throws BadRecordException {
        int length = in.varint(0, 65_535);
        if (length == 0) {
            return "";
        }
        int from = in.skip(length);
        int slot = TopicName.hash(in.bytes(), from, from + length) & (COUNT - 1);
        Publisher known = publishers[slot];
        if (known != null
                && Arrays.equals(
                        known.utf8,
                        0,
                        known.utf8.length,
                        in.bytes(),
                        from,
                        from + length)) {
            return known.text;
        }
        byte[] utf8 = Arrays.copyOfRange(in.bytes(), from, from + length);
        String text = new String(utf8, StandardCharsets.UTF_8);
        publishers[slot] = new Publisher(utf8, text);
        return text;
    }
}
