package io.hawkermq.store;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Publisher;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The Topic Names and publishers read last, so that a million messages of a thousand topics make a
/// thousand names.
final class Names {
    private static final int COUNT = 1 << 12;

    private final @Nullable TopicName[] topics = new @Nullable TopicName[COUNT];
    private final @Nullable Known[] publishers = new @Nullable Known[COUNT];

    private record Known(byte[] utf8, Publisher publisher) {
        boolean is(
                byte[] bytes,
                int from,
                int length,
                boolean hasPrincipal,
                @Nullable String userName,
                int listenerPort) {
            AccessControl.Principal principal = publisher.principal();
            return Arrays.equals(utf8, 0, utf8.length, bytes, from, from + length)
                    && (principal != null) == hasPrincipal
                    && publisher.listenerPort() == listenerPort
                    && (principal == null || Objects.equals(principal.userName(), userName));
        }
    }

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
            return TopicName.of(new String(bytes, from, length, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new BadRecordException(String.valueOf(e.getMessage()));
        }
    }

    /// @param hasPrincipal true if its User Name, or that it has none, follows
    /// @param hasListener true if the port of its listener follows
    Publisher publisher(RecordReader in, boolean hasPrincipal, boolean hasListener)
            throws BadRecordException {
        int length = in.varint(0, 65_535);
        int from = in.skip(length);
        String userName = hasPrincipal ? Records.optionalText(in) : null;
        int listenerPort = hasListener ? in.u16() : 0;
        int slot = TopicName.hash(in.bytes(), from, from + length) & (COUNT - 1);
        Known known = publishers[slot];
        if (known != null
                && known.is(in.bytes(), from, length, hasPrincipal, userName, listenerPort)) {
            return known.publisher;
        }
        byte[] utf8 = Arrays.copyOfRange(in.bytes(), from, from + length);
        String clientId = new String(utf8, StandardCharsets.UTF_8);
        Publisher publisher =
                hasPrincipal
                        ? Publisher.stored(clientId, userName, listenerPort)
                        : Publisher.named(clientId);
        publishers[slot] = new Known(utf8, publisher);
        return publisher;
    }
}
