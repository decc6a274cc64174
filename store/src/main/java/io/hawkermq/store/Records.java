package io.hawkermq.store;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Message;
import io.hawkermq.core.Publisher;
import io.hawkermq.core.StoredMessage;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.RetainHandling;
import io.hawkermq.protocol.SubscriptionOptions;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.UserProperty;
import io.hawkermq.protocol.Will;
import org.jspecify.annotations.Nullable;

/// The values of the records that stand for themselves; packs are [Pack]'s. The first byte of each is
/// its version.
final class Records {
    private static final int VERSION = 1;

    private static final int QOS = 0x03;
    private static final int RETAIN = 0x04;
    private static final int EXPIRES = 0x08;
    private static final int PROPERTIES = 0x10;
    private static final int PRINCIPAL = 0x20;
    private static final int LISTENER = 0x40;
    private static final int FLAGS = 0x7F;

    private static final int OWED = 0x80;

    private static final int USER_NAME = 0x01;
    private static final int WILL = 0x02;

    private Records() {}

    // ---- messages ----

    static void message(RecordWriter out, Message message) {
        out.u8(VERSION);
        messagePart(out, message);
    }

    /// A message inside of another record.
    static void messagePart(RecordWriter out, Message m) {
        boolean hasProperties = !m.properties().isEmpty();
        // Only for retained messages it is asked again who published them.
        AccessControl.Principal principal = m.retain() ? m.by().principal() : null;
        boolean hasListener = principal != null && m.by().listenerPort() > 0;
        out.u8(
                m.qos().level()
                        | (m.retain() ? RETAIN : 0)
                        | (m.expires() ? EXPIRES : 0)
                        | (hasProperties ? PROPERTIES : 0)
                        | (principal != null ? PRINCIPAL : 0)
                        | (hasListener ? LISTENER : 0));
        out.sized(m.topic().utf8());
        out.text(m.publisher());
        if (principal != null) {
            optionalText(out, principal.userName());
        }
        if (hasListener) {
            out.u16(m.by().listenerPort());
        }
        if (m.expires()) {
            out.i64(m.expiresAt());
        }
        if (hasProperties) {
            properties(out, m.properties());
        }
        out.sized(m.payload());
    }

    static Message message(byte[] value, Names names) throws BadRecordException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        Message message = messagePart(in, names);
        in.end();
        return message;
    }

    static Message messagePart(RecordReader in, Names names) throws BadRecordException {
        int flags = in.u8();
        if ((flags & QOS) == QOS || flags > FLAGS) {
            throw new BadRecordException("its flags are " + flags);
        }
        TopicName topic = names.topic(in);
        Publisher publisher =
                names.publisher(in, (flags & PRINCIPAL) != 0, (flags & LISTENER) != 0);
        long expiresAt = (flags & EXPIRES) != 0 ? in.i64() : Message.NEVER;
        Properties properties = (flags & PROPERTIES) != 0 ? properties(in) : Properties.NONE;
        return new Message(
                topic,
                in.sized(),
                properties,
                QoS.of(flags & QOS),
                (flags & RETAIN) != 0,
                publisher,
                expiresAt);
    }

    /// What [Message#bytes] says of a message, and whether it expires.
    record Size(int bytes, boolean expires) {}

    /// Steps over a message inside of another record.
    static Size skipMessagePart(RecordReader in) throws BadRecordException {
        int flags = in.u8();
        if ((flags & QOS) == QOS || flags > FLAGS) {
            throw new BadRecordException("its flags are " + flags);
        }
        int topic = in.varint(1, 65_535);
        in.skip(topic);
        in.skip(in.varint(0, 65_535));
        if ((flags & PRINCIPAL) != 0) {
            optionalText(in);
        }
        if ((flags & LISTENER) != 0) {
            in.u16();
        }
        boolean expires = (flags & EXPIRES) != 0;
        if (expires) {
            in.i64();
        }
        Properties properties = (flags & PROPERTIES) != 0 ? properties(in) : Properties.NONE;
        int payload = in.varint(0, Integer.MAX_VALUE);
        in.skip(payload);
        return new Size(Message.bytes(payload, topic, properties), expires);
    }

    static Size size(byte[] value) throws BadRecordException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        Size size = skipMessagePart(in);
        in.end();
        return size;
    }

    /// Reads a message that has a record of its own.
    ///
    /// @return null if it is not there or damaged
    static @Nullable StoredMessage body(Engine engine, long number, Names names)
            throws EngineException {
        RecordWriter key = new RecordWriter(9);
        Keys.body(key, number);
        try {
            byte[] value = engine.get(key.copy());
            if (value == null) {
                return null;
            }
            StoredMessage message = new StoredMessage(message(value, names));
            message.number(number);
            return message;
        } catch (BadRecordException e) {
            return null;
        } catch (EngineException e) {
            if (e.kind() != EngineException.Kind.DAMAGE) {
                throw e;
            }
            return null;
        }
    }

    // ---- properties ----

    static void properties(RecordWriter out, Properties properties) {
        out.varint(properties.size());
        properties.forEach((property, value) -> {
            out.u8(property.identifier());
            switch (value) {
                case Long number -> out.varint(number);
                case String text -> out.text(text);
                case byte[] binary -> out.sized(binary);
                case UserProperty pair -> {
                    out.text(pair.name());
                    out.text(pair.value());
                }
                default -> throw new IllegalStateException(property + " is " + value.getClass());
            }
        });
    }

    static Properties properties(RecordReader in) throws BadRecordException {
        int count = in.varint(0, 1 << 20);
        Properties.Builder builder = Properties.builder();
        for (int i = 0; i < count; i++) {
            int identifier = in.u8();
            Property property = Property.of(identifier);
            if (property == null) {
                throw new BadRecordException("there is no property " + identifier);
            }
            Object value =
                    switch (property.type()) {
                        case BYTE, TWO_BYTES, FOUR_BYTES, VARIABLE -> in.varint();
                        case TEXT -> in.text();
                        case BINARY -> in.sized();
                        case PAIR -> new UserProperty(in.text(), in.text());
                    };
            try {
                builder.add(property, value);
            } catch (IllegalArgumentException e) {
                throw new BadRecordException(String.valueOf(e.getMessage()));
            }
        }
        return builder.build();
    }

    // ---- sessions ----

    static void session(RecordWriter out, StoredSession s) {
        String userName = s.userName();
        Will will = s.will();
        out.u8(VERSION);
        out.u8((userName != null ? USER_NAME : 0) | (will != null ? WILL : 0));
        out.text(s.clientId());
        if (userName != null) {
            out.text(userName);
        }
        out.text(s.address());
        out.varint(s.expiryInterval());
        out.i64(s.expiresAt());
        if (will != null) {
            out.i64(s.willAt());
            out.u8(will.qos().level() | (will.retain() ? RETAIN : 0));
            out.sized(will.topic().utf8());
            properties(out, will.properties());
            out.sized(will.payload());
        }
    }

    static StoredSession session(long number, byte[] value, Names names) throws BadRecordException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        int flags = in.u8();
        if (flags > (USER_NAME | WILL)) {
            throw new BadRecordException("its flags are " + flags);
        }
        String clientId = in.text();
        String userName = (flags & USER_NAME) != 0 ? in.text() : null;
        String address = in.text();
        long expiryInterval = in.varint();
        long expiresAt = in.i64();
        long willAt = Long.MAX_VALUE;
        Will will = null;
        if ((flags & WILL) != 0) {
            willAt = in.i64();
            will = will(in, names);
        }
        in.end();
        return new StoredSession(
                number, clientId, userName, address, expiryInterval, expiresAt, will, willAt);
    }

    private static Will will(RecordReader in, Names names) throws BadRecordException {
        int flags = in.u8();
        if ((flags & QOS) == QOS || flags >= RETAIN << 1) {
            throw new BadRecordException("the flags of its Will are " + flags);
        }
        TopicName topic = names.topic(in);
        Properties properties = properties(in);
        return new Will(topic, in.sized(), QoS.of(flags & QOS), (flags & RETAIN) != 0, properties);
    }

    // ---- subscriptions ----

    static void subscription(RecordWriter out, StoredSubscription s) {
        out.u8(VERSION);
        int owed = s.retained() == StoredSubscription.Retained.OWED ? OWED : 0;
        out.u8(s.options().toByte() | owed);
        out.varint(s.identifier());
    }

    static StoredSubscription subscription(long session, String filter, byte[] value)
            throws BadRecordException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        int options = in.u8();
        int qos = options & 0x03;
        int handling = (options & ~OWED) >> 4;
        if (qos == 3 || handling > 2) {
            throw new BadRecordException("its options are " + options);
        }
        int identifier = in.varint(0, 268_435_455);
        in.end();
        return new StoredSubscription(
                session,
                filter,
                new SubscriptionOptions(
                        QoS.of(qos),
                        (options & 0x04) != 0,
                        (options & 0x08) != 0,
                        RetainHandling.of(handling)),
                identifier,
                (options & OWED) != 0
                        ? StoredSubscription.Retained.OWED
                        : StoredSubscription.Retained.SETTLED);
    }

    // ---- text ----

    static void optionalText(RecordWriter out, @Nullable String text) {
        out.u8(text == null ? 0 : 1);
        if (text != null) {
            out.text(text);
        }
    }

    static @Nullable String optionalText(RecordReader in) throws BadRecordException {
        return in.u8() == 0 ? null : in.text();
    }
}
