package io.hawkermq.broker;

import io.hawkermq.core.Message;
import io.hawkermq.core.Publications;
import io.hawkermq.protocol.TopicName;
import java.util.regex.Pattern;

/// What makes a server aware of Sparkplug 3.0: the last NBIRTH of each Edge Node and the last DBIRTH of
/// each Device, which are not retained themselves, are kept as retained messages below
/// `$sparkplug/certificates`, for applications that come later. Timestamps in NDEATH messages stay
/// what the Edge Node wrote: a server may replace them, and need not.
///
/// Owned by one loop. What is kept is published after the turn in which it came, so it reaches a
/// subscriber of both after the certificate itself.
final class BirthCertificates implements Publications {
    private static final String KEPT_BELOW = "$sparkplug/certificates/";
    private static final String NAMESPACE = "spBv1.0/";
    private static final Pattern BIRTH =
            Pattern.compile("spBv1\\.0/[^/]+/(NBIRTH/[^/]+|DBIRTH/[^/]+/[^/]+)");
    private static final int LONGEST_TOPIC_NAME = 65_535;

    private final Loop loop;
    private final Publications next;

    BirthCertificates(Loop loop, Publications next) {
        this.loop = loop;
        this.next = next;
    }

    @Override
    public void published(Message message) {
        next.published(message);
        String topic = message.topic().toString();
        if (topic.startsWith(NAMESPACE)
                && BIRTH.matcher(topic).matches()
                && message.topic().utf8().length + KEPT_BELOW.length() <= LONGEST_TOPIC_NAME) {
            Message kept = kept(message);
            loop.execute(() -> loop.shard().publish(kept));
        }
    }

    private static Message kept(Message birth) {
        return new Message(
                TopicName.of(KEPT_BELOW + birth.topic()),
                birth.payload(),
                birth.properties(),
                birth.qos(),
                true,
                Message.SERVER,
                birth.expiresAt());
    }
}
