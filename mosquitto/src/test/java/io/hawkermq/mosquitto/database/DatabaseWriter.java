package io.hawkermq.mosquitto.database;

import io.hawkermq.mosquitto.database.SavedDelivery.Direction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// Writes persistence files of all versions, with any contents: the layout as it was learned, put
/// down a second time so that the reader has something to be compared with.
final class DatabaseWriter {
    /// The machine that is said to have written the file.
    enum Machine {
        LITTLE_64(ByteOrder.LITTLE_ENDIAN, 8),
        BIG_64(ByteOrder.BIG_ENDIAN, 8),
        /// A long is aligned to 4 bytes there, and a time has 4.
        LITTLE_32(ByteOrder.LITTLE_ENDIAN, 4);

        final ByteOrder order;
        final int alignment;

        Machine(ByteOrder order, int alignment) {
            this.order = order;
            this.alignment = alignment;
        }
    }

    /// The fields of one chunk.
    final class Body {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Body one(int value) {
            out.write(value);
            return this;
        }

        Body two(int value) {
            return one(value >> 8).one(value);
        }

        Body four(long value) {
            return two((int) (value >> 16)).two((int) value);
        }

        Body eight(long value) {
            return raw(ByteBuffer.allocate(8).order(machine.order).putLong(value).array());
        }

        Body raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        /// A text without its length.
        Body letters(String text) {
            return raw(utf8(text));
        }

        Body text(String text) {
            return two(utf8(text).length).letters(text);
        }

        Body pad() {
            while (out.size() % machine.alignment != 0) {
                one(0);
            }
            return this;
        }
    }

    private final int version;
    private final Machine machine;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    DatabaseWriter(int version) {
        this(version, Machine.LITTLE_64);
    }

    DatabaseWriter(int version, Machine machine) {
        this.version = version;
        this.machine = machine;
        out.writeBytes(new byte[] {0, (byte) 0xB5, 0});
        out.writeBytes(utf8("mosquitto db"));
        out.writeBytes(new byte[4]);
        out.writeBytes(ByteBuffer.allocate(4).putInt(version).array());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    MosquittoDatabase read() {
        return read(bytes());
    }

    static MosquittoDatabase read(byte[] bytes) {
        try {
            return MosquittoDatabase.read(new ByteArrayInputStream(bytes), bytes.length);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// The length of everything so far: where the next chunk begins.
    int length() {
        return out.size();
    }

    DatabaseWriter chunk(int type, Consumer<Body> fields) {
        Body body = new Body();
        fields.accept(body);
        return chunk(type, body.out.size(), body.out.toByteArray());
    }

    /// @param length as it is announced
    DatabaseWriter chunk(int type, long length, byte[] bytes) {
        Body header = new Body();
        if (version < 5) {
            header.two(type);
        } else {
            header.four(type);
        }
        header.four(length);
        out.writeBytes(header.out.toByteArray());
        out.writeBytes(bytes);
        return this;
    }

    DatabaseWriter configuration(int shutdown) {
        return version < 5
                ? chunk(1, b -> b.one(shutdown).one(8).eight(99))
                : chunk(1, b -> b.eight(99).one(shutdown).one(8).pad());
    }

    DatabaseWriter session(String clientId, String userName, long interval, long expiresAt) {
        int id = utf8(clientId).length;
        return switch (version) {
            case 2 -> chunk(6, b -> b.text(clientId).two(7));
            case 3, 4 -> chunk(6, b -> b.text(clientId).two(7).raw(new byte[machine.alignment]));
            case 5 ->
                    chunk(
                            6,
                            b ->
                                    b.eight(expiresAt)
                                            .four(interval)
                                            .two(7)
                                            .two(id)
                                            .letters(clientId));
            default ->
                    chunk(
                            6,
                            b ->
                                    b.eight(expiresAt)
                                            .four(interval)
                                            .two(7)
                                            .two(id)
                                            .two(1883)
                                            .two(utf8(userName).length)
                                            .pad()
                                            .letters(clientId)
                                            .letters(userName));
        };
    }

    /// @param properties with their length; none before version 5
    DatabaseWriter message(
            long storeId,
            String publisher,
            String topic,
            String payload,
            int qosAndRetain,
            long expiresAt,
            byte[] properties) {
        int qos = qosAndRetain & 3;
        int retain = qosAndRetain >> 2;
        int length = utf8(payload).length;
        if (version < 5) {
            return chunk(
                    2,
                    b -> {
                        b.eight(storeId).text(publisher);
                        if (version == 4) {
                            b.text("user").two(8883);
                        }
                        b.two(12).two(0).text(topic).one(qos).one(retain).four(length);
                        b.letters(payload);
                    });
        }
        return chunk(
                2,
                b -> {
                    b.eight(storeId).eight(expiresAt).four(length).two(12);
                    b.two(utf8(publisher).length).two(4).two(utf8(topic).length).two(8883);
                    b.one(qos).one(retain).letters(publisher).letters("user").letters(topic);
                    b.letters(payload).raw(properties);
                });
    }

    /// A message of version 4 whose length is too great by that of the publisher.
    DatabaseWriter messageCountedTwice(long storeId, String publisher, String topic) {
        Body b = new Body().eight(storeId).text(publisher).text("").two(8883).two(12).two(0);
        byte[] bytes = b.text(topic).one(0).one(0).four(1).one('x').out.toByteArray();
        return chunk(2, bytes.length + utf8(publisher).length, bytes);
    }

    /// @param state Mosquitto's number for it
    DatabaseWriter delivery(
            String clientId,
            long storeId,
            Direction direction,
            int state,
            int packetId,
            int qos,
            byte[] properties) {
        int way = direction == Direction.TO_CLIENT ? 1 : 0;
        if (version < 5) {
            return chunk(
                    3,
                    b -> {
                        b.text(clientId).eight(storeId).two(packetId).one(qos).one(1);
                        b.one(way).one(state).one(0);
                    });
        }
        return chunk(
                3,
                b -> {
                    b.eight(storeId).two(packetId).two(utf8(clientId).length).one(qos);
                    b.one(state).one(0x10).one(way).letters(clientId).raw(properties);
                });
    }

    DatabaseWriter subscription(String clientId, String filter, int options, int identifier) {
        return version < 5
                ? chunk(5, b -> b.text(clientId).text(filter).one(options & 3))
                : chunk(
                        5,
                        b ->
                                b.four(identifier)
                                        .two(utf8(clientId).length)
                                        .two(utf8(filter).length)
                                        .one(options & 3)
                                        .one(options & 0xFC)
                                        .two(0)
                                        .letters(clientId)
                                        .letters(filter));
    }

    DatabaseWriter retained(long storeId) {
        return chunk(4, b -> b.eight(storeId));
    }
}
