package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.access.AccessFileException;
import io.hawkermq.mosquitto.access.AccessList;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Access control by Mosquitto's files.
///
/// Passwords are checked on virtual threads, because a check takes from a tenth of a millisecond to
/// a tenth of a second, and memory too with argon2id; so only half as many run at once as there are
/// processors, and the event loops keep theirs. At most [#MOST_LOGINS] are checked or wait for it, each
/// [#PATIENCE_SECONDS] at most. The answer goes back to the loop of the connection. Questions about
/// topics are answered on the event loop that asks.
///
/// What it decides by is one immutable object behind one volatile reference: event loops see a
/// reload with their next question, so that deliveries of subscriptions that exist are judged by the
/// new list. Whatever goes wrong is a refusal.
public final class FileAccess implements AccessControl {
    /// Logins that may be under way; more are refused as SERVER_BUSY.
    public static final int MOST_LOGINS = 2_000;

    private static final int PATIENCE_SECONDS = 8;

    /// Whether clients without a user name are let in, `allow_anonymous`.
    public enum AnonymousClients {
        ALLOWED,
        REFUSED
    }

    /// What it decides by.
    ///
    /// @param passwords null if there is no password file: then any user name is accepted where
    ///     anonymous clients are, and none otherwise
    /// @param list null if everybody may do everything
    public record Rules(
            @Nullable PasswordFile passwords,
            @Nullable AccessList list,
            AnonymousClients anonymous) {
        /// Reads the files anew.
        ///
        /// @param passwordFile null for none
        /// @param aclFile null for none
        /// @throws AccessFileException if a file cannot be used
        public static Rules read(
                @Nullable Path passwordFile, @Nullable Path aclFile, AnonymousClients anonymous)
                throws AccessFileException {
            return new Rules(
                    passwordFile == null ? null : PasswordFile.read(passwordFile),
                    aclFile == null ? null : AccessList.read(aclFile),
                    anonymous);
        }
    }

    /// @param delayMillis until it is told
    private record Verdict(Decision decision, int delayMillis) {}

    private final EventLog log;
    private final LoginGuard guard;
    private final Semaphore processors;
    private final AtomicInteger logins;
    private final Changeover changeover;
    private final int listenerPort;
    private volatile Rules rules;

    /// @param listenerPort of the listener that it is for, 0 if that has none
    public FileAccess(Rules rules, int listenerPort, LoginLimits limits, EventLog log) {
        this(
                rules,
                listenerPort,
                new LoginGuard(limits, log),
                new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true),
                new AtomicInteger(),
                new Changeover(),
                log);
    }

    private FileAccess(
            Rules rules,
            int listenerPort,
            LoginGuard guard,
            Semaphore processors,
            AtomicInteger logins,
            Changeover changeover,
            EventLog log) {
        this.rules = rules;
        this.listenerPort = listenerPort;
        this.guard = guard;
        this.processors = processors;
        this.logins = logins;
        this.changeover = changeover;
        this.log = log;
    }

    /// One that decides by other rules and shares with this one the processors, the number of
    /// logins under way, the failed ones and the changeover: for another listener.
    ///
    /// @param itsPort 0 if that has none
    public FileAccess beside(Rules others, int itsPort) {
        return new FileAccess(others, itsPort, guard, processors, logins, changeover, log);
    }

    @Override
    public int listenerPort() {
        return listenerPort;
    }

    /// During which clients that connect wait.
    public Changeover changeover() {
        return changeover;
    }

    /// Which counts failed logins, for whoever checks others of the same clients.
    public LoginGuard guard() {
        return guard;
    }

    public Rules rules() {
        return rules;
    }

    /// Whether clients without a user name are let in.
    public AnonymousClients anonymous() {
        return rules.anonymous();
    }

    /// Decides by these from now on; called by anybody.
    ///
    /// @return whether a client that is connected may stay: its user still exists, with the same
    ///     hash of its password, or anonymous clients are still let in
    public Predicate<Principal> reload(Rules replacement) {
        Rules before = rules;
        rules = replacement;
        return client -> mayStay(client.userName(), before, replacement);
    }

    private static boolean mayStay(@Nullable String user, Rules before, Rules now) {
        PasswordFile passwords = now.passwords();
        if (user == null || passwords == null) {
            return now.anonymous() == AnonymousClients.ALLOWED;
        }
        PasswordHash hash = passwords.hash(user);
        PasswordHash old = before.passwords() == null ? null : before.passwords().hash(user);
        return hash != null
                && old != null
                && PasswordFile.line(user, hash).equals(PasswordFile.line(user, old));
    }

    // ---- who may connect ----

    @Override
    public void connect(
            Packet.Connect connect,
            String clientId,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        if (changeover.defers(() -> owner.accept(() -> decide(connect, address, owner, answer)))) {
            return;
        }
        decide(connect, address, owner, answer);
    }

    private void decide(
            Packet.Connect connect,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        Rules current = rules;
        String userName = connect.userName();
        PasswordFile passwords = current.passwords();
        if (userName == null || passwords == null) {
            answer.accept(withoutPassword(current, userName, address));
            return;
        }
        check(
                userName,
                connect.password(),
                password -> passwords.verify(userName, password),
                address,
                owner,
                decision -> answer.accept(asOfNow(decision, current)));
    }

    /// With what a reload has changed since a check began: who would have to go if he were connected is
    /// not let in. Asked on the loop that lets the client in, so that a later reload finds it there.
    ///
    /// @param before by which the check was made
    @SuppressWarnings("ReferenceEquality") // a reload brings another object
    Decision asOfNow(Decision decision, Rules before) {
        Rules now = rules;
        return decision instanceof Decision.Allowed allowed
                        && now != before
                        && !mayStay(allowed.userName(), before, now)
                ? new Decision.Denied(
                        ReasonCode.NOT_AUTHORIZED, "the rules of who may connect have changed")
                : decision;
    }

    /// Checks a password as those of its file: not on the event loop, with a limit on how many, and
    /// with failures counted.
    ///
    /// @param isRight may take long
    void check(
            String userName,
            byte @Nullable [] password,
            Predicate<byte[]> isRight,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        check(
                userName,
                // An empty password is no password, whatever the file holds.
                () ->
                        password != null && password.length > 0 && isRight.test(password)
                                ? userName
                                : null,
                processors,
                address,
                owner,
                answer);
    }

    /// @param shownName what may be told of the User Name
    /// @param login the name under which the client acts, null if it may not log in; may take long
    /// @param gate bounds how many are checked at a time; the others wait
    void check(
            String shownName,
            Supplier<@Nullable String> login,
            Semaphore gate,
            String address,
            Consumer<Runnable> owner,
            Consumer<Decision> answer) {
        if (logins.incrementAndGet() > MOST_LOGINS) {
            logins.decrementAndGet();
            answer.accept(busy());
            return;
        }
        Thread.ofVirtual()
                .name("hawker-login")
                .start(() -> {
                    Verdict verdict = decided(login, gate, shownName, address);
                    logins.decrementAndGet();
                    await(verdict.delayMillis());
                    owner.accept(() -> answer.accept(verdict.decision()));
                });
    }

    private Decision withoutPassword(Rules current, @Nullable String userName, String address) {
        if (current.anonymous() == AnonymousClients.ALLOWED) {
            return new Decision.Allowed(userName);
        }
        log.log(
                LogLevel.NOTICE,
                "Login from "
                        + address
                        + " refused: "
                        + (userName == null
                                ? "it has no user name, and allow_anonymous is false."
                                : "there is no password file, and allow_anonymous is false."));
        return new Decision.Denied(
                ReasonCode.NOT_AUTHORIZED, "this server does not let in anonymous clients");
    }

    private static Decision busy() {
        return new Decision.Denied(ReasonCode.SERVER_BUSY, "too many logins are under way");
    }

    private static void await(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the process ends; nobody minds an early answer
        }
    }

    private Verdict decided(
            Supplier<@Nullable String> login, Semaphore gate, String shownName, String address) {
        try {
            return decide(login, gate, shownName, address);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Verdict(busy(), 0);
        } catch (RuntimeException | Error e) {
            // Out of memory for argon2id, or nobody answers; nobody gets in by that.
            log.log(
                    LogLevel.ERROR,
                    "A password of a client from "
                            + address
                            + " cannot be checked: "
                            + (e instanceof UncheckedIOException ? e.getMessage() : e));
            return new Verdict(
                    new Decision.Denied(
                            ReasonCode.UNSPECIFIED_ERROR, "the password could not be checked"),
                    0);
        }
    }

    private Verdict decide(
            Supplier<@Nullable String> login, Semaphore gate, String shownName, String address)
            throws InterruptedException {
        if (guard.isBanned(address, shownName)) {
            return banned();
        }
        if (!gate.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            return new Verdict(busy(), 0);
        }
        try {
            return checked(login, shownName, address);
        } finally {
            gate.release();
        }
    }

    /// Called by who has passed the gate. Those before may have failed in the meantime, and this one
    /// has to count before the next is let through: else who sends many guesses at once has all of
    /// them checked.
    private Verdict checked(Supplier<@Nullable String> login, String shownName, String address) {
        if (guard.isBanned(address, shownName)) {
            return banned();
        }
        String userName = login.get();
        if (userName != null) {
            guard.succeeded(address, shownName);
            return new Verdict(new Decision.Allowed(userName), 0);
        }
        int delayMillis = guard.failed(address, shownName);
        return new Verdict(
                new Decision.Denied(
                        ReasonCode.NOT_AUTHORIZED, "the user name or the password is wrong"),
                delayMillis);
    }

    private static Verdict banned() {
        return new Verdict(new Decision.Denied(ReasonCode.BANNED, LoginGuard.BANNED), 0);
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        return null;
    }

    // ---- who may do what ----

    @Override
    public boolean mayPublish(Principal client, TopicName topic, QoS qos) {
        AccessList list = rules.list();
        return list == null || list.mayPublish(client.clientId(), client.userName(), topic);
    }

    @Override
    public boolean mayReceive(Principal client, TopicName topic) {
        AccessList list = rules.list();
        return list == null || list.mayReceive(client.clientId(), client.userName(), topic);
    }

    @Override
    public boolean maySubscribe(Principal client, TopicFilter filter, QoS qos) {
        AccessList list = rules.list();
        return list == null || list.maySubscribe(client.clientId(), client.userName(), filter);
    }

    /// Never, though there may be no list: a session remembers the answer, and a reload may bring
    /// one. Asking for each delivery costs little.
    @Override
    public boolean mayReceiveAll(Principal client) {
        return false;
    }
}
