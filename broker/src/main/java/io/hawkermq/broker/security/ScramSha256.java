package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.protocol.ScramKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.function.Function;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// The server's side of one SCRAM-SHA-256 exchange, RFC 5802 and 7677, carried by CONNECT and AUTH:
///
///     CONNECT  client-first   n,,n=user,r=client-nonce
///     AUTH     server-first   r=client-nonce+server-nonce,s=salt,i=iterations
///     AUTH     client-final   c=biws,r=nonce,p=proof
///     CONNACK  server-final   v=signature
///
/// Without channel binding. A user who does not exist is asked for a proof like one who does, with
/// a salt that stays the same and as long as others', and as many iterations, so that nobody can find
/// out names.
final class ScramSha256 implements AccessControl.Exchange {
    static final String METHOD = ScramKeys.METHOD;

    private static final AccessControl.Step.Failure REFUSED =
            new AccessControl.Step.Failure(
                    ReasonCode.NOT_AUTHORIZED, "the user name or the password is wrong");

    private final Function<String, @Nullable ScramCredentials> users;
    private final ScramAccessControl.Unknown unknown;
    private final byte[] secret;
    private final String serverNonce;

    private String userName = "";
    private @Nullable ScramCredentials credentials;
    private String gs2Header = "";
    private String nonce = "";
    private String authMessage = "";
    private int round;

    /// @param users finds the credentials of a user, null for nobody
    /// @param unknown what users who do not exist are told
    /// @param secret of the server, for the salts of users who do not exist
    /// @param serverNonce printable, random for each exchange, without a comma
    ScramSha256(
            Function<String, @Nullable ScramCredentials> users,
            ScramAccessControl.Unknown unknown,
            byte[] secret,
            String serverNonce) {
        this.users = users;
        this.unknown = unknown;
        this.secret = secret;
        this.serverNonce = serverNonce;
    }

    /// Empty until the client has said it.
    String userName() {
        return userName;
    }

    @Override
    public AccessControl.Step next(byte @Nullable [] data) {
        round++;
        if (data == null) {
            return malformed("no Authentication Data came");
        }
        String message = new String(data, StandardCharsets.UTF_8);
        return switch (round) {
            case 1 -> first(message);
            case 2 -> last(message);
            default -> malformed("the exchange is over");
        };
    }

    private AccessControl.Step first(String message) {
        // gs2-header: "n,," or "y,,"; an authorization identity or channel binding is not offered
        if (!message.startsWith("n,,") && !message.startsWith("y,,")) {
            return malformed("the client asks for channel binding or another identity");
        }
        gs2Header = message.substring(0, 3);
        String bare = message.substring(3);
        Map<Character, String> attributes = ScramKeys.attributes(bare);
        String name = attributes.get('n');
        String clientNonce = attributes.get('r');
        if (name == null
                || name.isEmpty()
                || clientNonce == null
                || clientNonce.isEmpty()
                || attributes.containsKey('m')) {
            return malformed("the client-first message lacks a name or a nonce");
        }
        userName = name.replace("=2C", ",").replace("=3D", "=");
        nonce = clientNonce + serverNonce;
        credentials = users.apply(userName);
        // Made for users who exist too, so that time does not tell who does.
        byte[] saltOfNobody = saltOfNobody();
        byte[] salt = credentials == null ? saltOfNobody : credentials.salt();
        int iterations = credentials == null ? unknown.iterations() : credentials.iterations();
        String serverFirst =
                "r="
                        + nonce
                        + ",s="
                        + Base64.getEncoder().encodeToString(salt)
                        + ",i="
                        + iterations;
        authMessage = bare + "," + serverFirst;
        return new AccessControl.Step.Challenge(serverFirst.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] saltOfNobody() {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(
                            HKDFParameterSpec.expandOnly(
                                    new SecretKeySpec(secret, "HKDF"),
                                    userName.getBytes(StandardCharsets.UTF_8),
                                    unknown.saltLength()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    private AccessControl.Step last(String message) {
        Map<Character, String> attributes = ScramKeys.attributes(message);
        String binding = attributes.get('c');
        String proof64 = attributes.get('p');
        int proofAt = message.lastIndexOf(",p=");
        if (binding == null || proof64 == null || proofAt < 0) {
            return malformed("the client-final message lacks its proof");
        }
        String expected =
                Base64.getEncoder().encodeToString(gs2Header.getBytes(StandardCharsets.UTF_8));
        if (!binding.equals(expected) || !nonce.equals(attributes.get('r'))) {
            return malformed("the client-final message does not belong to this exchange");
        }
        authMessage += "," + message.substring(0, proofAt);
        ScramCredentials c = credentials;
        byte[] proof;
        try {
            proof = Base64.getDecoder().decode(proof64);
        } catch (IllegalArgumentException e) {
            return malformed("the proof is not Base64");
        }
        if (c == null || !ScramKeys.isProof(proof, c.storedKey(), authMessage)) {
            return REFUSED;
        }
        String signature =
                Base64.getEncoder()
                        .encodeToString(ScramKeys.serverSignature(c.serverKey(), authMessage));
        return new AccessControl.Step.Success(
                ("v=" + signature).getBytes(StandardCharsets.UTF_8), userName);
    }

    private static AccessControl.Step malformed(String why) {
        return new AccessControl.Step.Failure(ReasonCode.NOT_AUTHORIZED, METHOD + ": " + why);
    }
}
