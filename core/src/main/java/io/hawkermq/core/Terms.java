package io.hawkermq.core;

import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import io.hawkermq.protocol.Will;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What connections that come through one listener are held to, beside the [Limits] of all.
///
/// @param versions of MQTT that are spoken, one at least (`accept_protocol_versions`)
/// @param maximumQos with which clients may publish, and which subscriptions are granted
///     (`max_qos`)
/// @param topicAliasMaximum aliases that a client may use (`max_topic_alias`), 0 to 65,535, or
///     [#AS_LIMITS]
/// @param topicAliasMaximumBroker aliases used towards a client that allows some
///     (`max_topic_alias_broker`), 0 to 65,535, or [#AS_LIMITS]
/// @param mountPoint stands before all topics of the clients, who do not see it (`mount_point`);
///     null for none
/// @param clientIds where Client Identifiers come from (`use_username_as_clientid`)
/// @param clientIdBeginning what each must begin with (`clientid_prefixes`); empty for anything
/// @param emptyClientIds whether one is assigned to clients that have none
///     (`allow_zero_length_clientid`)
/// @param assignedBeginning what such a one begins with (`auto_id_prefix`)
/// @param reasonStrings whether clients of 5.0 are told in words why they are refused
///     (`hawker_reason_strings`)
/// @param responseInformation whether clients of 5.0 that ask for it are given a topic for answers
///     (`hawker_response_information`)
public record Terms(
        Set<ProtocolVersion> versions,
        QoS maximumQos,
        int topicAliasMaximum,
        int topicAliasMaximumBroker,
        @Nullable String mountPoint,
        ClientIds clientIds,
        String clientIdBeginning,
        EmptyClientIds emptyClientIds,
        String assignedBeginning,
        ReasonStrings reasonStrings,
        ResponseInformation responseInformation) {
    /// The number that [Limits] has.
    public static final int AS_LIMITS = -1;

    /// Mosquitto's defaults.
    public static final Terms DEFAULT =
            new Terms(
                    Set.of(ProtocolVersion.values()),
                    QoS.EXACTLY_ONCE,
                    AS_LIMITS,
                    AS_LIMITS,
                    null,
                    ClientIds.OWN,
                    "",
                    EmptyClientIds.ASSIGNED,
                    "auto-",
                    ReasonStrings.SENT,
                    ResponseInformation.GIVEN);

    /// Where the Client Identifier of a connection comes from.
    public enum ClientIds {
        /// CONNECT says it.
        OWN,
        /// It is the User Name; who has none is refused.
        USER_NAME
    }

    /// What becomes of a client without a Client Identifier, where its version allows that.
    public enum EmptyClientIds {
        ASSIGNED,
        REFUSED
    }

    /// What becomes of the sentence that says why a client is refused; the log has it always.
    public enum ReasonStrings {
        SENT,
        OMITTED
    }

    /// What a client gets that asks for Response Information [MQTT-3.1.2-28].
    public enum ResponseInformation {
        /// A topic that no other client is given.
        GIVEN,
        NONE
    }

    public Terms {
        versions = Collections.unmodifiableSet(EnumSet.copyOf(versions)); // in their order
    }

    int topicAliasMaximum(Limits limits) {
        return topicAliasMaximum == AS_LIMITS ? limits.topicAliasMaximum() : topicAliasMaximum;
    }

    int topicAliasMaximumBroker(Limits limits) {
        return topicAliasMaximumBroker == AS_LIMITS
                ? limits.topicAliasMaximumBroker()
                : topicAliasMaximumBroker;
    }

    // ---- the mount point ----

    /// The topic as all others see it.
    ///
    /// @throws IllegalArgumentException if it becomes too long
    TopicName mounted(TopicName topic) {
        return mountPoint == null ? topic : TopicName.of(mountPoint + topic);
    }

    /// The filter as all others see it; a share name stays in front.
    ///
    /// @throws IllegalArgumentException if it becomes too long
    TopicFilter mounted(TopicFilter filter) {
        if (mountPoint == null) {
            return filter;
        }
        String share = filter.isShared() ? "$share/" + filter.shareName() + "/" : "";
        return TopicFilter.of(share + mountPoint + filter.filter());
    }

    @Nullable Will mounted(@Nullable Will will) {
        return will == null || mountPoint == null
                ? will
                : new Will(
                        mounted(will.topic()),
                        will.payload(),
                        will.qos(),
                        will.retain(),
                        will.properties());
    }

    /// True if clients can name the topic: not so for what a session subscribed to through another
    /// listener.
    boolean reaches(TopicName topic) {
        if (mountPoint == null) {
            return true;
        }
        String text = topic.toString();
        return text.length() > mountPoint.length() && text.startsWith(mountPoint);
    }

    /// What clients call a topic. One that the listener does not [reach][#reaches] keeps its name:
    /// it is of a delivery that the client began to receive through another listener.
    TopicName unmounted(TopicName topic) {
        return mountPoint == null || !reaches(topic)
                ? topic
                : TopicName.of(topic.toString().substring(mountPoint.length()));
    }

    /// The same, but for what the change sets.
    public Terms with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// Terms that [#with] changes; each method sets what [Terms] has under its name.
    public static final class Builder {
        private Set<ProtocolVersion> versions;
        private QoS maximumQos;
        private int topicAliasMaximum;
        private int topicAliasMaximumBroker;
        private @Nullable String mountPoint;
        private ClientIds clientIds;
        private String clientIdBeginning;
        private EmptyClientIds emptyClientIds;
        private String assignedBeginning;
        private ReasonStrings reasonStrings;
        private ResponseInformation responseInformation;

        private Builder(Terms from) {
            versions = from.versions;
            maximumQos = from.maximumQos;
            topicAliasMaximum = from.topicAliasMaximum;
            topicAliasMaximumBroker = from.topicAliasMaximumBroker;
            mountPoint = from.mountPoint;
            clientIds = from.clientIds;
            clientIdBeginning = from.clientIdBeginning;
            emptyClientIds = from.emptyClientIds;
            assignedBeginning = from.assignedBeginning;
            reasonStrings = from.reasonStrings;
            responseInformation = from.responseInformation;
        }

        public Builder versions(Set<ProtocolVersion> value) {
            versions = value;
            return this;
        }

        public Builder maximumQos(QoS value) {
            maximumQos = value;
            return this;
        }

        public Builder topicAliasMaximum(int value) {
            topicAliasMaximum = value;
            return this;
        }

        public Builder topicAliasMaximumBroker(int value) {
            topicAliasMaximumBroker = value;
            return this;
        }

        public Builder mountPoint(@Nullable String value) {
            mountPoint = value;
            return this;
        }

        public Builder clientIds(ClientIds value) {
            clientIds = value;
            return this;
        }

        public Builder clientIdBeginning(String value) {
            clientIdBeginning = value;
            return this;
        }

        public Builder emptyClientIds(EmptyClientIds value) {
            emptyClientIds = value;
            return this;
        }

        public Builder assignedBeginning(String value) {
            assignedBeginning = value;
            return this;
        }

        public Builder reasonStrings(ReasonStrings value) {
            reasonStrings = value;
            return this;
        }

        public Builder responseInformation(ResponseInformation value) {
            responseInformation = value;
            return this;
        }

        private Terms build() {
            return new Terms(
                    versions,
                    maximumQos,
                    topicAliasMaximum,
                    topicAliasMaximumBroker,
                    mountPoint,
                    clientIds,
                    clientIdBeginning,
                    emptyClientIds,
                    assignedBeginning,
                    reasonStrings,
                    responseInformation);
        }
    }
}
