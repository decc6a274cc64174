package io.hawkermq.broker.transport;

import io.hawkermq.mosquitto.access.PskFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Vector;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.PSKTlsServer;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskIdentity;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.bouncycastle.tls.TlsPSKExternal;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.bouncycastle.tls.TlsUtils;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.jspecify.annotations.Nullable;

/// What the server says in one handshake with pre-shared keys, and who the client was.
@SuppressWarnings({"JdkObsolete", "rawtypes"}) // Vector is what Bouncy Castle speaks
final class PskServer extends PSKTlsServer {
    private static final int LONGEST_TEXT = 100;

    private final PskOptions options;
    private final int[] suites;
    private final String applicationProtocol;
    private final Keys keys;

    /// The keys that one handshake asks for.
    private static final class Keys implements TlsPSKIdentityManager {
        private final byte[] hint;
        private final PskFile file;
        private @Nullable String identity;
        private boolean isKnown;

        Keys(String hint, PskFile file) {
            this.hint = hint.getBytes(StandardCharsets.UTF_8);
            this.file = file;
        }

        @Override
        public byte[] getHint() {
            return hint.clone();
        }

        @Override
        public byte @Nullable [] getPSK(byte[] of) {
            String name = new String(of, StandardCharsets.UTF_8);
            byte[] key = file.key(name);
            identity = name;
            isKnown = key != null;
            return key;
        }
    }

    PskServer(
            TlsCrypto crypto,
            PskOptions options,
            int[] suites,
            String applicationProtocol,
            PskFile file) {
        this(crypto, options, suites, applicationProtocol, new Keys(options.hint(), file));
    }

    private PskServer(
            TlsCrypto crypto,
            PskOptions options,
            int[] suites,
            String applicationProtocol,
            Keys keys) {
        super(crypto, keys);
        this.options = options;
        this.suites = suites;
        this.applicationProtocol = applicationProtocol;
        this.keys = keys;
    }

    /// Whose key the client has proved to know; asked after the handshake.
    String identity() {
        return String.valueOf(keys.identity);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return options.oldest() == TlsOptions.Version.TLS_1_3
                ? ProtocolVersion.TLSv13.only()
                : ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return TlsUtils.getSupportedCipherSuites(getCrypto(), suites);
    }

    /// For TLS 1.3, where a client may offer several identities: the first that is known.
    @Override
    public @Nullable TlsPSKExternal getExternalPSK(Vector offered) {
        for (Object o : offered) {
            byte[] identity = ((PskIdentity) o).getIdentity();
            byte[] key = keys.getPSK(identity);
            if (key != null) {
                return new BasicTlsPSKExternal(identity, getCrypto().createSecret(key));
            }
        }
        return null;
    }

    @Override
    protected Vector<ProtocolName> getProtocolNames() {
        Vector<ProtocolName> names = new Vector<>();
        names.add(ProtocolName.asUtf8Encoding(applicationProtocol));
        return names;
    }

    /// Clients that offer only others are served as if they offered none.
    @Override
    protected @Nullable ProtocolName selectProtocolName() {
        return selectProtocolName(clientProtocolNames, getProtocolNames());
    }

    /// Says in a sentence what went wrong, and on whose side.
    ///
    /// @return without a full stop
    String describe(Throwable failure) {
        return switch (failure) {
            case TlsFatalAlertReceived received ->
                    "the client ended the TLS handshake with the alert "
                            + AlertDescription.getName(received.getAlertDescription());
            case TlsFatalAlert alert -> describe(alert);
            case IOException e -> "TLS failed: " + e.getMessage();
            default -> "TLS failed: " + failure;
        };
    }

    private String describe(TlsFatalAlert alert) {
        String of = "the identity " + quoted(String.valueOf(keys.identity));
        short description = alert.getAlertDescription();
        if (description == AlertDescription.protocol_version) {
            return "the client speaks only versions of TLS that this listener does not take";
        }
        if (keys.identity != null && !keys.isKnown) {
            return of + " has no pre-shared key here";
        }
        boolean isWrongKey =
                description == AlertDescription.bad_record_mac
                        || description == AlertDescription.decrypt_error;
        if (keys.identity != null && isWrongKey) {
            return "the client's pre-shared key is not that of " + of;
        }
        if (keys.identity == null || description == AlertDescription.handshake_failure) {
            return "the client offers no pre-shared key, or knows no cipher suite that this"
                    + " listener takes";
        }
        return "TLS failed: " + AlertDescription.getName(description);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("'");
        text.codePoints()
                .limit(LONGEST_TEXT)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .forEach(quoted::appendCodePoint);
        return quoted.append('\'').toString();
    }
}
