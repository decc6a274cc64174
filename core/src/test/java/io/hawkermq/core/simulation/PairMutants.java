package io.hawkermq.core.simulation;

import io.hawkermq.core.Outbox;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Cores that do with a delivery what only earlier ones make wrong.
final class PairMutants {
    private PairMutants() {}

    static void addTo(Map<String, Supplier<Mutation>> all) {
        all.put("swaps two messages of a topic", Swapping::new);
        all.put("delivers at QoS 2 twice", Repeating::new);
        all.put("reuses a packet identifier in flight", ReusingPacketIds::new);
        all.put("uses a Topic Alias of an earlier connection", LeakingAliases::new);
        all.put("delivers to the wrong client", Misdelivering::new);
    }

    /// Holds back a message until the next one, or until the core gets any packet.
    private static final class Swapping implements Mutation {
        private final List<Runnable> held = new ArrayList<>();

        @Override
        public @Nullable Packet received(Packet packet) {
            release();
            return packet;
        }

        private void release() {
            List<Runnable> due = List.copyOf(held);
            held.clear();
            due.forEach(Runnable::run);
        }

        @Override
        public Outbox outbox(Outbox real, String clientKey) {
            return new Meddler(real) {
                private boolean isClosed;

                @Override
                void pass(Packet packet) {
                    if (packet instanceof Packet.Publish p && p.topic() != null && held.isEmpty()) {
                        held.add(() -> {
                            if (!isClosed) {
                                real.send(p);
                            }
                        });
                        return;
                    }
                    real.send(packet);
                    if (packet instanceof Packet.Publish) {
                        release();
                    }
                }

                @Override
                public void close() {
                    isClosed = true;
                    super.close();
                }
            };
        }
    }

    private static final class Repeating implements Mutation {
        @Override
        public Outbox outbox(Outbox real, String clientKey) {
            return new Meddler(real) {
                private final Map<Integer, Packet.Publish> sent = new HashMap<>();

                @Override
                void pass(Packet packet) {
                    real.send(packet);
                    if (packet instanceof Packet.Publish p && p.qos() == QoS.EXACTLY_ONCE) {
                        sent.put(p.packetId(), p);
                    }
                    Packet.Publish again =
                            packet instanceof Packet.Pubrel p ? sent.remove(p.packetId()) : null;
                    if (again != null && again.topic() != null) {
                        real.send(again);
                    }
                }
            };
        }
    }

    private static final class ReusingPacketIds implements Mutation {
        private int count;

        @Override
        public Outbox outbox(Outbox real, String clientKey) {
            return new Meddler(real) {
                private int last;

                @Override
                void pass(Packet packet) {
                    if (packet instanceof Packet.Publish p && p.packetId() != 0) {
                        int packetId = last != 0 && ++count % 5 == 0 ? last : p.packetId();
                        last = packetId;
                        real.send(
                                new Packet.Publish(
                                        p.dup(),
                                        p.qos(),
                                        p.retain(),
                                        p.topic(),
                                        packetId,
                                        p.properties(),
                                        p.payload()));
                    } else {
                        real.send(packet);
                    }
                }
            };
        }
    }

    private static final class LeakingAliases implements Mutation {
        private final Map<String, Map<TopicName, Long>> aliases = new HashMap<>();

        @Override
        public Outbox outbox(Outbox real, String clientKey) {
            Map<TopicName, Long> known = aliases.computeIfAbsent(clientKey, k -> new HashMap<>());
            return new Meddler(real) {
                @Override
                void pass(Packet packet) {
                    Packet sent = packet;
                    if (packet instanceof Packet.Publish p
                            && p.topic() != null
                            && p.properties().has(Property.TOPIC_ALIAS)) {
                        long alias = p.properties().number(Property.TOPIC_ALIAS, 0);
                        if (Long.valueOf(alias).equals(known.put(p.topic(), alias))) {
                            sent =
                                    new Packet.Publish(
                                            p.dup(),
                                            p.qos(),
                                            p.retain(),
                                            null,
                                            p.packetId(),
                                            p.properties(),
                                            p.payload());
                        }
                    }
                    real.send(sent);
                }
            };
        }
    }

    private static final class Misdelivering implements Mutation {
        private Packet.@Nullable Publish other;
        private int count;

        @Override
        public Outbox outbox(Outbox real, String clientKey) {
            return new Meddler(real) {
                @Override
                void pass(Packet packet) {
                    real.send(packet);
                    if (packet instanceof Packet.Publish p
                            && p.qos() == QoS.AT_MOST_ONCE
                            && p.topic() != null) {
                        if (other != null && ++count % 7 == 0) {
                            real.send(other);
                        }
                        other = Mutants.with(p, Properties.NONE);
                    }
                }
            };
        }
    }
}
