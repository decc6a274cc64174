package io.hawkermq.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.StartException;
import io.hawkermq.broker.security.ScramAccessControl;
import io.hawkermq.broker.security.ScramCredentials;
import io.hawkermq.core.AccessControl;
import io.hawkermq.it.Connect;
import io.hawkermq.it.Lab;
import io.hawkermq.it.Prop;
import io.hawkermq.it.Publish;
import io.hawkermq.it.RawClient;
import io.hawkermq.it.Reply;
import io.hawkermq.it.Rule;
import io.hawkermq.it.Version;
import io.hawkermq.it.Wire;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Enhanced authentication: sections 3.15 and 4.12, by the method SCRAM-SHA-256. The broker that
/// other tests share has no users, so this class embeds one of its own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AuthTest {
    private static final String METHOD = "SCRAM-SHA-256";
    private static final String PASSWORD = "pencil";

    private Broker broker;
    private Lab lab;

    @BeforeAll
    void start() throws StartException {
        byte[] salt = Wire.bytes(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        ScramCredentials credentials = ScramCredentials.of(PASSWORD, salt, 4_096);
        AccessControl access =
                new ScramAccessControl(
                        AccessControl.anonymous(),
                        name -> name.equals("user") ? credentials : null,
                        new SecureRandom());
        broker = Broker.start(BrokerOptions.local(0).with(o -> o.access(access)));
        lab = new Lab(broker.port());
    }

    @AfterAll
    void stop() {
        lab.close();
        broker.close();
    }

    /// The client's side of one exchange, RFC 5802.
    private static final class Scram {
        private final String password;
        private final String firstBare = "n=user,r=fyko+d2lbbFgONRv9qkxdawL";
        private String signature = "";

        Scram(String password) {
            this.password = password;
        }

        String first() {
            return "n,," + firstBare;
        }

        /// @param serverFirst the data of the server's challenge
        String last(String serverFirst) {
            String[] parts = serverFirst.split(",");
            byte[] salt = Base64.getDecoder().decode(parts[1].substring("s=".length()));
            int iterations = Integer.parseInt(parts[2].substring("i=".length()));
            String withoutProof = "c=biws," + parts[0];
            String all = firstBare + "," + serverFirst + "," + withoutProof;
            try {
                byte[] salted =
                        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                                .generateSecret(
                                        new PBEKeySpec(
                                                password.toCharArray(), salt, iterations, 256))
                                .getEncoded();
                byte[] clientKey = hmac(salted, "Client Key");
                byte[] stored = MessageDigest.getInstance("SHA-256").digest(clientKey);
                byte[] proof = hmac(stored, all);
                for (int i = 0; i < proof.length; i++) {
                    proof[i] ^= clientKey[i];
                }
                signature = base64(hmac(hmac(salted, "Server Key"), all));
                return withoutProof + ",p=" + base64(proof);
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        /// What the server has to send at the end.
        String serverFinal() {
            return "v=" + signature;
        }

        private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        }

        private static String base64(byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    private Connect connect(Scram scram) {
        return Connect.as(Version.V5, lab.name())
                .with(Prop.AUTH_METHOD.of(METHOD), Prop.AUTH_DATA.of(scram.first()));
    }

    private static byte[] auth(int reason, String method, String data) {
        return Wire.packet(
                0xF0,
                Wire.bytes(reason),
                Wire.props(Version.V5, Prop.AUTH_METHOD.of(method), Prop.AUTH_DATA.of(data)));
    }

    private static String data(Reply r) {
        return new String(r.prop(Prop.AUTH_DATA).bytes(), StandardCharsets.UTF_8);
    }

    /// Expects the challenge, which repeats the method [MQTT-4.12.0-5], and gives its data.
    private static String expectChallenge(RawClient c) {
        Reply challenge = c.expect(Wire.AUTH);
        assertEquals(0x18, challenge.reason());
        assertEquals(METHOD, challenge.prop(Prop.AUTH_METHOD).text());
        return data(challenge);
    }

    private RawClient authenticated() {
        RawClient c = lab.open(Version.V5);
        Scram scram = new Scram(PASSWORD);
        c.send(connect(scram).bytes());
        c.send(auth(0x18, METHOD, scram.last(expectChallenge(c))));
        assertEquals(0, c.expect(Wire.CONNACK).reason());
        return c;
    }

    @Test
    @Rule({"MQTT-4.12.0-2", "MQTT-4.12.0-5", "MQTT-3.15.2-1", "MQTT-3.2.0-1"})
    void aRightPasswordIsAccepted() {
        RawClient c = lab.open(Version.V5);
        Scram scram = new Scram(PASSWORD);
        c.send(connect(scram).bytes());
        c.send(auth(0x18, METHOD, scram.last(expectChallenge(c))));
        Reply connack = c.expect(Wire.CONNACK);
        assertEquals(0, connack.reason());
        assertEquals(METHOD, connack.prop(Prop.AUTH_METHOD).text());
        assertEquals(scram.serverFinal(), data(connack));
        c.expectSilence();
    }

    @Test
    @Rule({"MQTT-4.12.0-4", "MQTT-3.1.4-2", "MQTT-3.14.0-1"})
    void aWrongPasswordIsRefused() {
        RawClient c = lab.open(Version.V5);
        Scram scram = new Scram("pencils");
        c.send(connect(scram).bytes());
        c.send(auth(0x18, METHOD, scram.last(expectChallenge(c))));
        c.expectRefused(0x86, 0x87);
    }

    /// Nobody learns whether a user exists, and nobody gets in without existing.
    @Test
    @Rule({"MQTT-4.12.0-4", "MQTT-3.1.4-2"})
    void anUnknownUserIsRefusedAfterTheSameChallenge() {
        RawClient c = lab.open(Version.V5);
        c.send(
                Connect.as(Version.V5, lab.name())
                        .with(Prop.AUTH_METHOD.of(METHOD), Prop.AUTH_DATA.of("n,,n=nobody,r=abc"))
                        .bytes());
        String nonce = expectChallenge(c).split(",")[0];
        c.send(auth(0x18, METHOD, "c=biws," + nonce + ",p=" + Scram.base64(new byte[32])));
        c.expectRefused(0x86, 0x87);
    }

    @Test
    @Rule({"MQTT-4.12.0-4", "MQTT-3.14.0-1"})
    void dataThatMakesNoSenseIsRefusedAtOnce() {
        RawClient c = lab.open(Version.V5);
        c.send(
                Connect.as(Version.V5, lab.name())
                        .with(Prop.AUTH_METHOD.of(METHOD), Prop.AUTH_DATA.of("\0nonsense"))
                        .bytes());
        c.expectRefused(0x80, 0x81, 0x82, 0x86, 0x87, 0x8C);
        RawClient without = lab.open(Version.V5);
        without.send(Connect.as(Version.V5, lab.name()).with(Prop.AUTH_METHOD.of(METHOD)).bytes());
        without.expectRefused(0x80, 0x81, 0x82, 0x86, 0x87, 0x8C);
    }

    @Test
    @Rule({"MQTT-3.1.4-6", "MQTT-3.2.0-1"})
    void nothingIsProcessedBeforeTheEndOfTheExchange() {
        String topic = lab.topic();
        RawClient observer = lab.subscriber(Version.V5, topic, 0);
        RawClient c = lab.open(Version.V5);
        c.send(connect(new Scram(PASSWORD)).bytes());
        expectChallenge(c);
        c.send(Publish.to(topic).payload("smuggled").bytes(Version.V5, 0));
        c.expectRefused(0x82);
        observer.expectNothingFrom(lab.client(Version.V5));
    }

    @Test
    @Rule({"MQTT-4.12.0-5", "MQTT-4.12.0-4", "MQTT-3.14.0-1"})
    void anotherMethodInTheMiddleIsRefused() {
        RawClient c = lab.open(Version.V5);
        Scram scram = new Scram(PASSWORD);
        c.send(connect(scram).bytes());
        c.send(auth(0x18, "SCRAM-SHA-1", scram.last(expectChallenge(c))));
        c.expectRefused(0x82, 0x87, 0x8C);
    }

    @Test
    @Rule({"MQTT-4.12.0-2", "MQTT-4.12.0-5", "MQTT-3.15.2-1"})
    void aClientCanAuthenticateAgain() {
        String topic = lab.topic();
        RawClient c = authenticated();
        c.subscribe(topic, 1);
        Scram scram = new Scram(PASSWORD);
        c.send(auth(0x19, METHOD, scram.first()));
        String challenge = expectChallenge(c);
        // Traffic goes on in between.
        lab.client(Version.V5).publish(topic, "meanwhile", 1);
        c.receive(topic, "meanwhile");
        c.send(auth(0x18, METHOD, scram.last(challenge)));
        Reply end = c.expect(Wire.AUTH);
        assertEquals(0, end.reason());
        assertEquals(METHOD, end.prop(Prop.AUTH_METHOD).text());
        assertEquals(scram.serverFinal(), data(end));
        c.expectSilence();
    }

    @Test
    @Rule("MQTT-4.12.1-2")
    void aFailedReauthenticationCloses() {
        RawClient c = authenticated();
        Scram scram = new Scram("pencils");
        c.send(auth(0x19, METHOD, scram.first()));
        c.send(auth(0x18, METHOD, scram.last(expectChallenge(c))));
        c.expectClosedFor(0x86, 0x87);
    }

    @Test
    @Rule({"MQTT-4.12.1-2", "MQTT-4.13.1-1"})
    void reauthenticationByAnotherMethodCloses() {
        RawClient c = authenticated();
        c.send(auth(0x19, "SCRAM-SHA-1", new Scram(PASSWORD).first()));
        c.expectClosedFor(0x82, 0x87, 0x8C);
    }

    @Test
    @Rule("MQTT-4.13.1-1")
    void anAnswerWithoutAQuestionCloses() {
        RawClient c = authenticated();
        c.send(auth(0x18, METHOD, "c=biws"));
        c.expectClosedFor(0x82);
    }

    @Test
    @Rule({"MQTT-4.12.0-6", "MQTT-3.1.4-5"})
    void withoutAMethodThereIsNoAuth() {
        RawClient c = lab.open(Version.V5);
        Reply connack = c.connect(Connect.as(Version.V5, lab.name()));
        assertFalse(connack.has(Prop.AUTH_METHOD));
        assertFalse(connack.has(Prop.AUTH_DATA));
        c.expectSilence();
    }

    /// The challenge just fits; a Reason String or a User Property besides would not.
    @Test
    @Rule({"MQTT-3.15.2-2", "MQTT-3.15.2-3", "MQTT-3.1.2-24"})
    void authFits() {
        RawClient any = lab.open(Version.V5);
        any.send(connect(new Scram(PASSWORD)).bytes());
        int length = any.expect(Wire.AUTH).frame().length;
        RawClient c = lab.open(Version.V5);
        Scram scram = new Scram(PASSWORD);
        c.send(connect(scram).with(Prop.MAXIMUM_PACKET_SIZE.of(length)).bytes());
        Reply challenge = c.expect(Wire.AUTH);
        assertTrue(challenge.frame().length <= length, challenge::toString);
        c.send(auth(0x18, METHOD, scram.last(data(challenge))));
        Reply connack = c.expect(Wire.CONNACK);
        assertEquals(0, connack.reason());
        assertTrue(connack.frame().length <= length, connack::toString);
    }

    /// The user of an exchange must not be taken from an older one.
    @Test
    @Rule("MQTT-4.12.0-4")
    void aProofOfAnotherExchangeIsRefused() {
        RawClient a = lab.open(Version.V5);
        Scram scramA = new Scram(PASSWORD);
        a.send(connect(scramA).bytes());
        String proofForA = scramA.last(expectChallenge(a));
        RawClient b = lab.open(Version.V5);
        b.send(connect(new Scram(PASSWORD)).bytes());
        String challengeB = expectChallenge(b);
        assertFalse(Arrays.asList(proofForA.split(",")).contains(challengeB.split(",")[0]));
        b.send(auth(0x18, METHOD, proofForA));
        b.expectRefused(0x82, 0x86, 0x87);
    }
}
