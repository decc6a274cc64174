package io.hawkermq.core.simulation;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.core.Limits;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.Map;
import java.util.function.Supplier;

/// Cores with another clock, other limits, or a forgetful access control.
final class DoorMutants {
    private DoorMutants() {}

    static void addTo(Map<String, Supplier<Mutation>> all) {
        all.put("lets everybody publish", access((real, what) -> what == Asked.PUBLISH));
        all.put("lets everybody receive", access((real, what) -> what == Asked.RECEIVE));
        all.put("lets everybody subscribe", access((real, what) -> what == Asked.SUBSCRIBE));
        all.put(
                "its clock is slow",
                () ->
                        new Mutation() {
                            private long start;

                            @Override
                            public long clock(long now) {
                                start = start == 0 ? now : start;
                                return start + (now - start) / 2;
                            }
                        });
        all.put(
                "its clock is fast",
                () ->
                        new Mutation() {
                            private long start;

                            @Override
                            public long clock(long now) {
                                start = start == 0 ? now : start;
                                return start + (now - start) * 2;
                            }
                        });
        all.put(
                "drops before its queue is full",
                () ->
                        new Mutation() {
                            @Override
                            public Limits limits(Limits real) {
                                return real.with(l -> l.maximumQueuedMessages(2));
                            }
                        });
    }

    private enum Asked {
        PUBLISH,
        RECEIVE,
        SUBSCRIBE
    }

    private interface Forgetting {
        boolean forgets(AccessControl real, Asked what);
    }

    private static Supplier<Mutation> access(Forgetting forgetting) {
        return () ->
                new Mutation() {
                    @Override
                    public AccessControl access(AccessControl real) {
                        return new ForgetfulAccess(real, forgetting);
                    }
                };
    }

    private record ForgetfulAccess(AccessControl rest, Forgetting forgetting)
            implements DelegatingAccess {
        @Override
        public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
            return forgetting.forgets(rest, Asked.PUBLISH) || rest.mayPublish(client, topic, qos);
        }

        @Override
        public boolean mayReceive(Principal client, TopicName topic) {
            return forgetting.forgets(rest, Asked.RECEIVE) || rest.mayReceive(client, topic);
        }

        @Override
        public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
            return forgetting.forgets(rest, Asked.SUBSCRIBE)
                    || rest.maySubscribe(client, filter, qos);
        }

        @Override
        public boolean mayReceiveAll(Principal client) {
            // The real one first: it is how the oracle learns of an accepted connection.
            return rest.mayReceiveAll(client) || forgetting.forgets(rest, Asked.RECEIVE);
        }
    }
}
