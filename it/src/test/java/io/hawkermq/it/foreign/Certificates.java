package io.hawkermq.it.foreign;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// An authority, a server, and clients, made by `openssl` as users make them, all with keys of
/// elliptic curves: `ca.pem`, `ca.crl`, `server.pem`, `sensor.pem`, `revoked.pem`, `stranger.pem`
/// (of another authority), each with its `.key`, and a directory `authorities`.
final class Certificates {
    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder;
    }

    static void make(Path folder) throws IOException {
        Certificates c = new Certificates(folder);
        Files.writeString(
                folder.resolve("openssl.cnf"),
                """
                [req]
                distinguished_name = dn
                [dn]
                [authority]
                basicConstraints = critical,CA:true
                keyUsage = critical,keyCertSign,cRLSign
                [server]
                basicConstraints = CA:false
                subjectAltName = DNS:localhost,IP:127.0.0.1
                [client]
                basicConstraints = CA:false
                extendedKeyUsage = clientAuth
                [ca]
                default_ca = lists
                [lists]
                database = %s/index.txt
                default_md = sha256
                default_crl_days = 30
                """
                        .formatted(folder));
        Files.writeString(folder.resolve("index.txt"), "");
        c.authority("ca");
        c.authority("other");
        c.issue("server", "ca", "server", "/CN=localhost");
        c.issue("sensor", "ca", "client", "/O=Hawker/CN=sensor");
        c.issue("revoked", "ca", "client", "/CN=revoked");
        c.issue("stranger", "other", "client", "/CN=sensor");
        c.lists("-revoke", "revoked.pem");
        c.lists("-gencrl", "-out", "ca.crl");
        Files.createDirectory(folder.resolve("authorities"));
        Files.copy(folder.resolve("ca.pem"), folder.resolve("authorities/ca.crt"));
    }

    private void openssl(List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("openssl", arguments.getFirst()));
        all.addAll(arguments.subList(1, arguments.size()));
        Program.run(all.toArray(new String[0]));
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void key(String name) {
        openssl(
                List.of(
                        "genpkey",
                        "-algorithm",
                        "EC",
                        "-pkeyopt",
                        "ec_paramgen_curve:P-256",
                        "-out",
                        file(name + ".key")));
    }

    private void authority(String name) {
        key(name);
        openssl(
                List.of(
                        "req",
                        "-x509",
                        "-new",
                        "-config",
                        file("openssl.cnf"),
                        "-extensions",
                        "authority",
                        "-key",
                        file(name + ".key"),
                        "-subj",
                        "/CN=authority", // both, or clients would not show what the other issued
                        "-days",
                        "30",
                        "-out",
                        file(name + ".pem")));
    }

    private int serial = 0x1000;

    private void issue(String name, String issuer, String kind, String subject) {
        key(name);
        openssl(
                List.of(
                        "req",
                        "-new",
                        "-config",
                        file("openssl.cnf"),
                        "-key",
                        file(name + ".key"),
                        "-subj",
                        subject,
                        "-out",
                        file(name + ".csr")));
        openssl(
                List.of(
                        "x509",
                        "-req",
                        "-in",
                        file(name + ".csr"),
                        "-CA",
                        file(issuer + ".pem"),
                        "-CAkey",
                        file(issuer + ".key"),
                        "-set_serial",
                        "0x" + Integer.toHexString(serial++),
                        "-extfile",
                        file("openssl.cnf"),
                        "-extensions",
                        kind,
                        "-days",
                        "30",
                        "-out",
                        file(name + ".pem")));
    }

    private void lists(String action, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "ca",
                                "-config",
                                file("openssl.cnf"),
                                "-cert",
                                file("ca.pem"),
                                "-keyfile",
                                file("ca.key"),
                                action));
        for (String a : arguments) {
            all.add(a.startsWith("-") ? a : file(a));
        }
        openssl(all);
    }
}
