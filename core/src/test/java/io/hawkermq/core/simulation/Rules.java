package io.hawkermq.core.simulation;

import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What the simulation takes for granted, written as plainly as possible: how filters match, and
/// what access control denies. Shares nothing with the core.
final class Rules {
    private Rules() {}

    /// Section 4.7.
    static boolean matches(String filter, String topic) {
        if (topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"))) {
            return false; // [MQTT-4.7.2-1]
        }
        return matches(filter.split("/", -1), 0, topic.split("/", -1), 0);
    }

    private static boolean matches(String[] filter, int f, String[] topic, int t) {
        if (f == filter.length) {
            return t == topic.length;
        }
        if (filter[f].equals("#")) {
            return true;
        }
        return t < topic.length
                && (filter[f].equals("+") || filter[f].equals(topic[t]))
                && matches(filter, f + 1, topic, t + 1);
    }

    static boolean mayPublish(String topic) {
        return !topic.startsWith("no/");
    }

    static boolean maySubscribe(String filter) {
        return !filter.startsWith("no/");
    }

    static boolean mayReceive(String clientId, String topic) {
        return receivesAll(clientId) || !topic.startsWith("hidden/");
    }

    static boolean receivesAll(String clientId) {
        return (clientId.hashCode() & 1) == 0;
    }

    /// Answers a CONNECT at once or in one of the loop's later turns.
    static AccessControl access(World world) {
        return new AccessControl() {
            @Override
            public void connect(
                    Packet.Connect connect,
                    String clientId,
                    String address,
                    Consumer<Runnable> owner,
                    Consumer<Decision> answer) {
                Decision allowed = new Decision.Allowed(connect.userName());
                if (world.random().nextInt(3) == 0) {
                    world.schedule()
                            .in(
                                    world.random().nextInt(50),
                                    () -> owner.accept(() -> answer.accept(allowed)));
                } else {
                    answer.accept(allowed);
                }
            }

            @Override
            public @Nullable Exchange begin(String method, String clientId, String address) {
                return null;
            }

            @Override
            public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
                return Rules.mayPublish(topic.toString());
            }

            @Override
            public boolean mayReceive(Principal client, TopicName topic) {
                return Rules.mayReceive(client.clientId(), topic.toString());
            }

            @Override
            public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
                return Rules.maySubscribe(filter.toString());
            }

            @Override
            public boolean mayReceiveAll(Principal client) {
                world.onPrincipal(client);
                return receivesAll(client.clientId());
            }
        };
    }
}
