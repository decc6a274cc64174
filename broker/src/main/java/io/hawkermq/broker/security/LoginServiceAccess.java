package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A [LoginService] beside files, as with mosquitto-go-auth's back ends `files`, `http` and `jwt`: users
/// that the password file does not have are asked for at the service, once when they log in. Those that
/// may do everything may, the others what the access control list says, and nothing if there is none:
/// questions about single topics are not sent, because they would be asked on an event loop, for each
/// message.
public final class LoginServiceAccess implements AccessControl {
    /// Logins that may be asked about at a time; the others wait.
    private static final int MOST_REQUESTS = 100;

    /// Users whose rights are known. Of others the access control list decides until they log in again,
    /// or nothing is allowed if the service's rights have an end.
    private static final int MOST_USERS = 1_000_000;

    /// Of whom questions are asked.
    private enum View {
        CONNECTED,
        /// What their clients asked for before the restart is kept; it is judged again, by the other
        /// view, before it is delivered.
        BEFORE_RESTART
    }

    private final LoginService service;
    private final FileAccess files;
    private final EventLog log;
    private final InstantSource clock;
    private final View view;
    private final Semaphore gate;
    private final Grants known;

    /// @param files for users that the password file has, and for clients without a user name
    public LoginServiceAccess(
            LoginService service, FileAccess files, EventLog log, InstantSource clock) {
        this(service, files, log, clock, MOST_USERS);
    }

    LoginServiceAccess(
            LoginService service,
            FileAccess files,
            EventLog log,
            InstantSource clock,
            int mostUsers) {
        this(
                service,
                files,
                log,
                clock,
                View.CONNECTED,
                new Semaphore(MOST_REQUESTS, true),
                new Grants(mostUsers));
    }

    private LoginServiceAccess(
            LoginService service,
            FileAccess files,
            EventLog log,
            InstantSource clock,
            View view,
            Semaphore gate,
            Grants known) {
        this.service = service;
        this.files = files;
        this.log = log;
        this.clock = clock;
        this.view = view;
        this.gate = gate;
        this.known = known;
    }

    public FileAccess files() {
        return files;
    }

    /// Decides on sessions and messages that are older than the process: users whom nobody has seen
    /// since keep what they had.
    public AccessControl beforeRestart() {
        return new LoginServiceAccess(service, files, log, clock, View.BEFORE_RESTART, gate, known);
    }

    /// True if a user of this name logs in by the file.
    private boolean isOfFile(String userName) {
        PasswordFile passwords = files.rules().passwords();
        return passwords != null && passwords.hash(userName) != null;
    }

    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        String userName = connect.userName();
        FileAccess.Rules before = files.rules();
        if (userName != null && isOfFile(userName)) {
            known.remove(userName); // the file has it now, and decides
        }
        if (userName == null || isOfFile(userName)) {
            files.connect(connect, clientId, address, owner, answer);
            return;
        }
        files.check(
                service.shown(userName),
                () -> logIn(userName, connect.password(), clientId),
                gate,
                address,
                owner,
                decision -> answer.accept(asOfNow(decision, before)));
    }

    /// The service's answer does not count for who has come into the password file meanwhile.
    private Decision asOfNow(Decision decision, FileAccess.Rules before) {
        return decision instanceof Decision.Allowed allowed
                        && allowed.userName() != null
                        && isOfFile(allowed.userName())
                ? files.asOfNow(decision, before)
                : decision;
    }

    private @Nullable String logIn(String userName, byte @Nullable [] password, String clientId) {
        LoginService.Admission admission = service.admits(userName, password, clientId);
        if (admission == null) {
            return null;
        }
        String name = admission.userName();
        int forgotten = known.makeRoomFor(name, clock.millis());
        if (forgotten > 0) {
            log.log(
                    LogLevel.NOTICE,
                    "Too many users of the login service: the rights of "
                            + forgotten
                            + " have been forgotten, of those whose rights have ended and of those"
                            + " that logged in longest ago.");
        }
        Grants.Grant before = known.put(admission);
        if (admission.rights() == LoginService.Rights.LIST
                && (before == null || before.rights() != LoginService.Rights.LIST)) {
            log.log(
                    LogLevel.NOTICE,
                    "User '"
                            + name
                            + "' is no superuser of the login service: it may do what the access"
                            + " control list says"
                            + (files.rules().list() == null ? ", and there is none." : "."));
        }
        return name;
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return files.begin(authenticationMethod, clientId, address);
    }

    /// Whether a client that is connected may stay when the files have changed.
    ///
    /// @param ofFiles says so for clients of the files
    public boolean mayStay(Principal client, java.util.function.Predicate<Principal> ofFiles) {
        String userName = client.userName();
        return userName != null && known.of(userName) != null && !isOfFile(userName)
                || ofFiles.test(client);
    }

    private interface Question {
        boolean ask(FileAccess files);
    }

    private boolean may(Principal client, Question question) {
        String userName = client.userName();
        if (userName == null || isOfFile(userName)) {
            return question.ask(files);
        }
        Grants.Grant grant = known.of(userName);
        if (grant == null) {
            return view == View.BEFORE_RESTART || !known.haveForgottenEnds() && mayByList(question);
        }
        return clock.millis() < grant.until()
                && (grant.rights() == LoginService.Rights.ALL || mayByList(question));
    }

    private boolean mayByList(Question question) {
        return files.rules().list() != null && question.ask(files);
    }

    @Override
    public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        return may(client, f -> f.mayPublish(client, topic, qos));
    }

    @Override
    public boolean mayReceive(Principal client, TopicName topic) {
        return may(client, f -> f.mayReceive(client, topic));
    }

    @Override
    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        return may(client, f -> f.maySubscribe(client, filter, qos));
    }

    @Override
    public boolean mayUnsubscribe(Principal client, TopicFilter filter) {
        return may(client, f -> f.mayUnsubscribe(client, filter));
    }

    @Override
    public int listenerPort() {
        return files.listenerPort();
    }

    /// Never: the next login may change the answer.
    @Override
    public boolean mayReceiveAll(Principal client) {
        return false;
    }
}
