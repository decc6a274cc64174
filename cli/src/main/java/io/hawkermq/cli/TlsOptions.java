package io.hawkermq.cli;

import io.hawkermq.client.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/// What the TLS options mean for Java's TLS.
final class TlsOptions {
    private TlsOptions() {}

    static Tls tls(ToolOptions o, Stdio io) throws Connecting.Failure {
        if (o.tlsEngine != null) {
            throw Connecting.fail(
                    o,
                    io,
                    "Error: Problem setting TLS engine, is " + o.tlsEngine + " a valid engine?\n",
                    1);
        }
        if (o.keyForm != null && !o.keyForm.equals("pem")) {
            throw Connecting.fail(
                    o,
                    io,
                    "Error: Problem setting key form, it must be one of 'pem' or 'engine'.\n",
                    1);
        }
        Tls tls;
        try {
            String trusted = o.caFile == null ? o.caPath : o.caFile;
            for (String file : new String[] {o.caFile, o.caPath, o.certificate, o.key}) {
                if (file != null && !Files.isReadable(Path.of(file))) {
                    throw new java.nio.file.NoSuchFileException(file);
                }
            }
            tls = trusted == null ? Tls.standard() : Tls.trusting(Path.of(trusted));
            if (o.psk != null) {
                tls = preShared(o, io);
            }
            if (o.certificate != null && o.key != null) {
                tls = tls.identity(Path.of(o.certificate), Path.of(o.key));
            }
        } catch (java.nio.file.NoSuchFileException e) {
            throw Connecting.fail(
                    o, io, "Error: Problem setting TLS options: File not found.\n", 1);
        } catch (IOException e) {
            throw Connecting.fail(
                    o, io, "Error: Problem setting TLS options: " + Reasons.of(e) + ".\n", 1);
        }
        if (o.keyLog != null) {
            throw Connecting.fail(o, io, "Error: Unable to log keys: Java's TLS keeps them.\n", 1);
        }
        if (o.alpn != null) {
            tls = tls.alpn(o.alpn);
        }
        if (o.isInsecure) {
            tls = tls.withoutNameCheck();
        }
        return offers(tls, o, io);
    }

    private static Tls preShared(ToolOptions o, Stdio io) throws Connecting.Failure {
        try {
            return PskTls.of(Objects.requireNonNull(o.pskIdentity), Objects.requireNonNull(o.psk));
        } catch (IllegalArgumentException e) {
            throw Connecting.fail(o, io, "Error: Problem setting TLS-PSK options.\n", 1);
        }
    }

    private static Tls offers(Tls tls, ToolOptions o, Stdio io) throws Connecting.Failure {
        Tls changed = tls;
        if (o.tlsVersion != null) {
            changed =
                    switch (o.tlsVersion) {
                        case "tlsv1.2" -> changed.protocols("TLSv1.2");
                        case "tlsv1.3" -> changed.protocols("TLSv1.3");
                        default ->
                                throw Connecting.fail(
                                        o,
                                        io,
                                        "Error: Problem setting TLS options, check the options are"
                                                + " valid.\n",
                                        1);
                    };
        }
        if (o.ciphers != null) {
            changed = changed.cipherSuites(suites(o.ciphers));
        }
        return changed;
    }

    /// From OpenSSL's names, colons between them, to the JDK's.
    static String[] suites(String openSsl) {
        List<String> names = new ArrayList<>();
        for (String name : openSsl.split("[:, ]+")) {
            if (name.startsWith("TLS_")) {
                names.add(name);
            } else if (!name.isEmpty()) {
                names.add(suite(name.toUpperCase(Locale.ROOT)));
            }
        }
        return names.toArray(String[]::new);
    }

    private static String suite(String name) {
        String jdk = name.replace("AES256-GCM", "AES_256_GCM").replace("AES128-GCM", "AES_128_GCM");
        jdk = jdk.replace("-CBC-", "-"); // which OpenSSL says in some names only
        jdk = jdk.replace("AES256-", "AES_256_CBC-").replace("AES128-", "AES_128_CBC-");
        jdk = jdk.replace("CHACHA20-POLY1305", "CHACHA20_POLY1305_SHA256").replace('-', '_');
        for (String cipher : new String[] {"AES_", "CHACHA20_"}) {
            int at = jdk.indexOf(cipher);
            if (at == 0) {
                return "TLS_RSA_WITH_" + jdk;
            }
            if (at > 0) {
                return "TLS_" + jdk.substring(0, at) + "WITH_" + jdk.substring(at);
            }
        }
        return jdk;
    }
}
