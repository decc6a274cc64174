package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.mosquitto.dynsec.Client;
import io.hawkermq.mosquitto.dynsec.Kicks;
import io.hawkermq.mosquitto.dynsec.SecurityRules;
import io.hawkermq.mosquitto.dynsec.SecurityRules.Verdict;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Access control by dynamic security, before Mosquitto's files as far as a listener has them: of
/// users that it does not know, and of what it neither allows nor denies, the files decide. Where
/// there is no file the answer is no.
///
/// @param files for users that dynamic security does not know, and for clients without one
public record DynamicAccess(DynamicSecurity security, FileAccess files) implements AccessControl {
    /// Takes as long as a right password's, so that time does not tell who exists.
    private static final PasswordHash NOBODY =
            PasswordHash.pbkdf2(
                    new byte[32],
                    PasswordHash.DEFAULT_ITERATIONS,
                    new java.security.SecureRandom());

    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        if (files.changeover()
                .defers(() ->
                        owner.accept(() -> decide(connect, clientId, address, owner, answer)))) {
            return;
        }
        decide(connect, clientId, address, owner, answer);
    }

    private void decide(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        String userName = connect.userName();
        SecurityRules.Account account =
                userName == null ? null : security.rules().account(userName);
        if (userName == null || (account == null && files.rules().passwords() != null)) {
            files.connect(connect, clientId, address, owner, answer);
            return;
        }
        Predicate<byte[]> isRight = password -> isRight(account, clientId, password);
        files.check(
                userName,
                connect.password(),
                isRight,
                address,
                owner,
                decision -> answer.accept(asOfNow(decision, account, userName, clientId)));
    }

    private static boolean isRight(
            SecurityRules.@Nullable Account account, String clientId, byte[] password) {
        PasswordHash hash = account == null ? null : account.password();
        return Objects.requireNonNullElse(hash, NOBODY).matches(password)
                && login(account, clientId) != null;
    }

    /// The password with which a client may log in; null if it may not.
    private static @Nullable String login(
            SecurityRules.@Nullable Account account, String clientId) {
        if (account == null
                || account.password() == null
                || account.login() != Client.Login.ENABLED
                || (account.clientId() != null && !account.clientId().equals(clientId))) {
            return null;
        }
        return account.password().encoded();
    }

    /// With what commands have changed since the password was looked up. Asked on the loop that lets
    /// the client in, so that what changes later finds it there to be thrown out.
    private Decision asOfNow(
            Decision decision,
            SecurityRules.@Nullable Account before,
            String userName,
            String clientId) {
        String now = login(security.rules().account(userName), clientId);
        boolean isAsBefore = now != null && now.equals(login(before, clientId));
        return decision instanceof Decision.Allowed && !isAsBefore
                ? new Decision.Denied(
                        ReasonCode.NOT_AUTHORIZED, "the rights of its user have changed")
                : decision;
    }

    /// Whether a client that is connected may stay when the files have changed.
    ///
    /// @param ofFiles says so for clients of the files
    /// @param concerned by what has changed of dynamic security itself
    public boolean mayStay(Principal client, Predicate<Principal> ofFiles, Kicks concerned) {
        String user = client.userName();
        if (user != null && concerned.concern(user)) {
            return false;
        }
        return (user != null && security.rules().account(user) != null) || ofFiles.test(client);
    }

    /// Whether a client may be there whose certificate says who it is: a user that is unknown here may,
    /// one that is disabled or meant for another Client Identifier may not.
    public boolean admits(String userName, String clientId) {
        SecurityRules.Account account = security.rules().account(userName);
        return account == null
                || (account.login() == Client.Login.ENABLED
                        && (account.clientId() == null || account.clientId().equals(clientId)));
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return files.begin(authenticationMethod, clientId, address);
    }

    @Override
    public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        return switch (security.rules()
                .publish(client.clientId(), client.userName(), topic.toString())) {
            case ALLOWED -> true;
            case DENIED -> false;
            case UNDECIDED -> hasList() && files.mayPublish(client, topic, qos);
        };
    }

    @Override
    public boolean mayReceive(Principal client, TopicName topic) {
        return switch (security.rules()
                .receive(client.clientId(), client.userName(), topic.toString())) {
            case ALLOWED -> true;
            case DENIED -> false;
            case UNDECIDED -> hasList() && files.mayReceive(client, topic);
        };
    }

    /// Of a Shared Subscription the whole filter must be allowed, as with Mosquitto, and the part
    /// behind the Share Name must not be denied.
    @Override
    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        SecurityRules rules = security.rules();
        String id = client.clientId();
        String user = client.userName();
        if (filter.isShared() && rules.subscribe(id, user, filter.filter()) == Verdict.DENIED) {
            return false;
        }
        return switch (rules.subscribe(id, user, filter.toString())) {
            case ALLOWED -> true;
            case DENIED -> false;
            case UNDECIDED -> hasList() && files.maySubscribe(client, filter, qos);
        };
    }

    @Override
    public boolean mayUnsubscribe(Principal client, TopicFilter filter) {
        return switch (security.rules()
                .unsubscribe(client.clientId(), client.userName(), filter.toString())) {
            case ALLOWED -> true;
            case DENIED -> false;
            case UNDECIDED -> hasList() && files.mayUnsubscribe(client, filter);
        };
    }

    private boolean hasList() {
        return files.rules().list() != null;
    }

    @Override
    public int listenerPort() {
        return files.listenerPort();
    }

    /// Never: the next command may change the answer.
    @Override
    public boolean mayReceiveAll(Principal client) {
        return false;
    }
}
