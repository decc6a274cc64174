package io.hawkermq.protocol;

import org.jspecify.annotations.Nullable;

/// The bytes of one message for all who receive it: encoded once for each combination of version,
/// QoS and RETAIN that somebody needs, then copied to each connection, where only the Packet
/// Identifier differs. The payload is copied into a template only when a second receiver asks for it,
/// and if it has [#SEPARATE_PAYLOAD] bytes or more never: one copy less for a message with few
/// subscribers.
///
/// One for each loop, not thread-safe. Holds the message and up to twelve encodings of it until the
/// next [#reset] or [#clear]; buffers of more than 4 KiB are not kept beyond that.
public final class PublishTemplates {
    /// Payloads from this size on, in bytes, always stay outside of the templates.
    public static final int SEPARATE_PAYLOAD = 1_024;

    /// Buffers up to this size, in bytes, are used again for the next message.
    private static final int KEPT_BUFFER = 4 * 1024;

    /// How many layouts there are: versions with and without properties, QoS, RETAIN.
    public static final int LAYOUTS = 12;

    private static final byte[] NOTHING = new byte[0];

    private final @Nullable Template[] templates = new @Nullable Template[LAYOUTS];
    private @Nullable TopicName topic;
    private Properties properties = Properties.NONE;
    private byte[] payload = NOTHING;

    /// A bit for each layout that the message is encoded in.
    private int encoded;

    /// The RETAIN flag of a layout.
    public enum Retain {
        OFF,
        ON;

        public static Retain of(boolean flag) {
            return flag ? ON : OFF;
        }
    }

    /// A whole PUBLISH; valid until the next [PublishTemplates#reset] or [PublishTemplates#clear].
    public static final class Template {
        private final ByteWriter out = new ByteWriter(0, Integer.MAX_VALUE - 8);
        private final int layout;
        private long encoding;
        private int packetIdOffset = -1;
        private byte[] separatePayload = NOTHING;

        private Template(int layout) {
            this.layout = layout;
        }

        /// Which of the [#LAYOUTS] this is, from 0.
        public int layout() {
            return layout;
        }

        /// Another number for each message that this template is made for.
        public long encoding() {
            return encoding;
        }

        /// The bytes of the packet, from 0 to [#headLength], after which comes [#separatePayload];
        /// where the one ends and the other begins may change with each [PublishTemplates#template].
        /// Not to be changed: patch the copy. DUP, should a copy need it, is 0x08 of the first byte.
        public byte[] head() {
            return out.array();
        }

        public int headLength() {
            return out.length();
        }

        /// The payload if it is not in [#head], else empty.
        public byte[] separatePayload() {
            return separatePayload;
        }

        /// Bytes of the whole packet.
        public int length() {
            return out.length() + separatePayload.length;
        }

        /// Where the two bytes of the Packet Identifier go, -1 at QoS 0.
        public int packetIdOffset() {
            return packetIdOffset;
        }

        /// Appends the packet with this Packet Identifier, which QoS 0 ignores.
        ///
        /// @throws IllegalStateException if `target` reaches its limit; it is left as it was
        public void copyTo(ByteWriter target, int packetId) {
            target.reserve(length());
            int at = target.length();
            target.write(out.array(), 0, out.length());
            target.write(separatePayload);
            if (packetIdOffset >= 0) {
                target.putByte(at + packetIdOffset, packetId >>> 8);
                target.putByte(at + packetIdOffset + 1, packetId);
            }
        }
    }

    /// The next message.
    ///
    /// @param properties for all receivers alike, so without Topic Alias or Subscription
    ///     Identifiers; layouts of 3.x leave them out
    /// @param payload not copied
    public void reset(TopicName topic, Properties properties, byte[] payload) {
        clear();
        this.topic = topic;
        this.properties = properties;
        this.payload = payload;
    }

    /// Lets go of the message.
    public void clear() {
        topic = null;
        properties = Properties.NONE;
        payload = NOTHING;
        for (int rest = encoded; rest != 0; rest &= rest - 1) {
            Template t = templates[Integer.numberOfTrailingZeros(rest)];
            if (t != null) {
                t.out.reset(KEPT_BUFFER);
                t.separatePayload = NOTHING;
            }
        }
        encoded = 0;
    }

    /// The message in one layout; encoded by the first call after [#reset].
    ///
    /// @throws IllegalStateException if there is no message
    /// @throws IllegalArgumentException if MQTT cannot express the message: see [PacketEncoder]
    public Template template(ProtocolVersion version, QoS qos, Retain retain) {
        int layout = layout(version.isMqtt5(), qos, retain);
        Template template = templates[layout];
        if (template == null) {
            template = new Template(layout);
            templates[layout] = template;
        }
        if ((encoded & 1 << layout) == 0) {
            encode(template, version, qos, retain);
        } else if (template.separatePayload.length > 0 && payload.length < SEPARATE_PAYLOAD) {
            template.out.write(payload);
            template.separatePayload = NOTHING;
        }
        return template;
    }

    static int layout(boolean mqtt5, QoS qos, Retain retain) {
        return (mqtt5 ? LAYOUTS / 2 : 0) + qos.ordinal() * 2 + retain.ordinal();
    }

    private void encode(Template template, ProtocolVersion version, QoS qos, Retain retain) {
        if (topic == null) {
            throw new IllegalStateException("there is no message: reset() comes first");
        }
        ByteWriter out = template.out;
        out.reset();
        template.packetIdOffset =
                PacketEncoder.startOfPublish(
                        0x30 | qos.level() << 1 | retain.ordinal(),
                        topic,
                        0,
                        version.isMqtt5() ? properties : null,
                        payload.length,
                        out);
        template.separatePayload = payload;
        template.encoding++;
        encoded |= 1 << template.layout;
    }
}
