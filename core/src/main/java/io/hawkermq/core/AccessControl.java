package io.hawkermq.core;

import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The door to whoever decides who may connect and what a client may do. Called on event loops:
/// an implementation that must wait or compute for long answers a CONNECT later.
public interface AccessControl {
    /// A client as it is known once it is accepted.
    ///
    /// @param userName null for an anonymous client
    record Principal(String clientId, @Nullable String userName, String address) {}

    /// The answer to a CONNECT.
    sealed interface Decision {
        /// @param userName the name under which the client acts from now on
        record Allowed(@Nullable String userName) implements Decision {}

        /// @param reasonCode an error that CONNACK may carry
        /// @param reason for a person
        record Denied(ReasonCode reasonCode, String reason) implements Decision {}
    }

    /// One step of an enhanced authentication, section 4.12.
    sealed interface Step {
        /// To be sent with Reason Code 0x18 [MQTT-4.12.0-2].
        record Challenge(byte[] data) implements Step {}

        /// @param data to be sent with the CONNACK or the AUTH that ends the exchange
        record Success(byte @Nullable [] data, String userName) implements Step {}

        /// @param reason for a person
        record Failure(ReasonCode reasonCode, String reason) implements Step {}
    }

    /// One running exchange of an Authentication Method; holds its state.
    interface Exchange {
        /// @param data the Authentication Data of CONNECT or AUTH, null if absent
        Step next(byte @Nullable [] data);
    }

    /// Decides on a CONNECT that has no Authentication Method.
    ///
    /// @param address of the peer, as text
    /// @param owner runs something on the loop that owns the connection by then; may be called by
    ///     any thread
    /// @param answer must be called exactly once: at once, or later by `owner`
    void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer);

    /// Begins an enhanced authentication, or a re-authentication.
    ///
    /// @return null if the method is not known [MQTT-4.12.0-1]
    @Nullable Exchange begin(String authenticationMethod, String clientId, String address);

    boolean mayPublish(Principal client, TopicName topic, QoS qos);

    boolean mayReceive(Principal client, TopicName topic);

    boolean maySubscribe(Principal client, TopicFilter filter, QoS qos);

    /// Whether a client may give up a subscription; most rules do not mind.
    default boolean mayUnsubscribe(Principal client, TopicFilter filter) {
        return true;
    }

    /// True if `mayReceive` answers true for every topic, so that it need not be asked for each
    /// delivery.
    boolean mayReceiveAll(Principal client);

    /// The port of the listener whose clients this decides on; 0 if there is no such listener. Stored
    /// with retained messages, so that [#ofListener] finds who decides after a restart.
    default int listenerPort() {
        return 0;
    }

    /// Who decides on clients that came through a listener before the server started.
    ///
    /// @param port of the listener, 0 if that is not known
    default AccessControl ofListener(int port) {
        return this;
    }

    /// Lets everybody do everything, as Mosquitto does without configuration.
    static AccessControl anonymous() {
        return Anonymous.INSTANCE;
    }
}
