package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.DelegatingAccess;
import io.hawkermq.core.EventLog;
import io.hawkermq.protocol.ReasonCode;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Adds the Authentication Method `SCRAM-SHA-256` to another access control, which keeps deciding
/// on everything else.
public final class ScramAccessControl implements DelegatingAccess {
    /// What users who do not exist are told. It must be what most of those who exist are told, else it
    /// tells names: give here what their credentials were made with.
    ///
    /// @param iterations of PBKDF2, at least [ScramCredentials#LEAST_ITERATIONS]
    /// @param saltLength in bytes, 1 to [#LONGEST_SALT]
    public record Unknown(int iterations, int saltLength) {
        public static final int LONGEST_SALT = 1_024;

        /// 4,096 iterations and a salt of 16 bytes.
        public static final Unknown DEFAULT = new Unknown(ScramCredentials.LEAST_ITERATIONS, 16);

        public Unknown {
            if (iterations < ScramCredentials.LEAST_ITERATIONS) {
                throw new IllegalArgumentException(
                        "SCRAM needs at least "
                                + ScramCredentials.LEAST_ITERATIONS
                                + " iterations, not "
                                + iterations);
            }
            if (saltLength < 1 || saltLength > LONGEST_SALT) {
                throw new IllegalArgumentException(
                        "a salt has 1 to " + LONGEST_SALT + " bytes, not " + saltLength);
            }
        }
    }

    private final AccessControl rest;
    private final Function<String, @Nullable ScramCredentials> users;
    private final LoginGuard guard;
    private final Unknown unknown;
    private final SecureRandom random;
    private final byte[] secret = new byte[32];

    /// Failures count with those of passwords if `rest` checks any. Users who do not exist are told
    /// [Unknown#DEFAULT].
    ///
    /// @param users finds the credentials of a user, null for nobody; called on event loops, so it
    ///     must not wait
    public ScramAccessControl(
            AccessControl rest,
            Function<String, @Nullable ScramCredentials> users,
            SecureRandom random) {
        this(rest, users, Unknown.DEFAULT, random);
    }

    /// Failures count with those of passwords if `rest` checks any.
    ///
    /// @param users as above
    /// @param unknown what users who do not exist are told
    public ScramAccessControl(
            AccessControl rest,
            Function<String, @Nullable ScramCredentials> users,
            Unknown unknown,
            SecureRandom random) {
        this(rest, users, guard(rest), unknown, random);
    }

    /// @param users as above
    /// @param guard counts failures, and says who is banned
    /// @param unknown what users who do not exist are told
    public ScramAccessControl(
            AccessControl rest,
            Function<String, @Nullable ScramCredentials> users,
            LoginGuard guard,
            Unknown unknown,
            SecureRandom random) {
        this.rest = rest;
        this.guard = guard;
        this.unknown = unknown;
        this.users = users;
        this.random = random;
        random.nextBytes(secret);
    }

    @Override
    public AccessControl rest() {
        return rest;
    }

    @Override
    public @Nullable Exchange begin(String authenticationMethod, String clientId, String address) {
        if (!authenticationMethod.equals(ScramSha256.METHOD)) {
            return rest.begin(authenticationMethod, clientId, address);
        }
        byte[] nonce = new byte[18];
        random.nextBytes(nonce);
        ScramSha256 exchange =
                new ScramSha256(users, unknown, secret, Base64.getEncoder().encodeToString(nonce));
        return data -> guarded(exchange, data, address);
    }

    private static LoginGuard guard(AccessControl rest) {
        return switch (rest) {
            case FileAccess files -> files.guard();
            case DynamicAccess dynamic -> dynamic.files().guard();
            default -> new LoginGuard(LoginLimits.DEFAULT, EventLog.SILENT);
        };
    }

    /// A wrong proof counts like a wrong password. It is answered at once, as an event loop waits for
    /// it; who is banned learns so when he says his name, and a right proof does not help him.
    private Step guarded(ScramSha256 exchange, byte @Nullable [] data, String address) {
        Step step = exchange.next(data);
        String userName = exchange.userName();
        if (userName.isEmpty()) {
            return step;
        }
        if (guard.isBanned(address, userName)) {
            return new Step.Failure(ReasonCode.BANNED, LoginGuard.BANNED);
        }
        switch (step) {
            case Step.Challenge _ -> {}
            case Step.Success _ -> guard.succeeded(address, userName);
            case Step.Failure _ -> {
                int _ = guard.failed(address, userName);
            }
        }
        return step;
    }
}
