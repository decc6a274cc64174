package io.hawkermq.broker.security;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets in clients whose User Name is a JSON Web Token, in the way of mosquitto-go-auth's back end
/// `jwt`: the token is checked here, or shown to a web service, or both. Their passwords do not matter.
public final class TokenUsers implements LoginService {
    /// Whether rights end with the token.
    public enum Lasting {
        UNTIL_EXPIRY,
        FOREVER
    }

    /// What is asked about a token; one of both at least.
    ///
    /// @param verifier empty if only the service reads it: then the user is named by [#fingerprint]
    /// @param service that gets it as a bearer token (RFC 6750)
    public record Settings(
            Optional<TokenVerifier> verifier,
            Optional<HttpUsers.Service> service,
            Lasting lasting) {
        public Settings {
            if (verifier.isEmpty() && service.isEmpty()) {
                throw new IllegalArgumentException("nobody to check tokens");
            }
        }
    }

    private final Settings settings;
    private final Optional<HttpUsers> service;
    private final InstantSource clock;

    public TokenUsers(Settings settings, InstantSource clock) {
        this.settings = settings;
        this.service = settings.service().map(HttpUsers::new);
        this.clock = clock;
    }

    /// @throws UncheckedIOException if the service does not say
    @Override
    public @Nullable Admission admits(
            String userName, byte @Nullable [] password, String clientId) {
        String name = fingerprint(userName);
        long until = FOREVER;
        Map<String, String> names = Map.of();
        if (settings.verifier().isPresent()) {
            var claims = settings.verifier().get().claims(userName, clock.millis());
            if (claims.isEmpty()) {
                return null;
            }
            name = claims.get().userName();
            names = Map.of("username", name);
            if (settings.lasting() == Lasting.UNTIL_EXPIRY) {
                until = claims.get().expiresAt();
            }
        }
        Rights rights = Rights.LIST;
        if (service.isPresent()) {
            HttpUsers users = service.get();
            if (!users.admitsToken(userName, names)) {
                return null;
            }
            rights = users.isSuperuser(userName, names) ? Rights.ALL : Rights.LIST;
        }
        return new Admission(name, rights, until);
    }

    /// Names the holder of a token that is not read here, or that is not let in. The token itself would
    /// be in the log, and on the disk with its session.
    private static String fingerprint(String token) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(token.getBytes(StandardCharsets.UTF_8));
            return "token-" + HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /// Not the token, which may still be of use to somebody. Another for each, because failed logins
    /// are counted by it: else a device with an old token would lock out all behind its address, and
    /// the login of one would forgive the guesses of another.
    @Override
    public String shown(String userName) {
        return "(a token) " + fingerprint(userName);
    }
}
