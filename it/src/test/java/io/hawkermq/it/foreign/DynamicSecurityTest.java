package io.hawkermq.it.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.core.EventLog;
import io.hawkermq.it.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `mosquitto_ctrl dynsec` and clients that have the rights that it gives and takes.
class DynamicSecurityTest {
    private final int port = BrokerProcess.freePort();
    private Broker broker;
    private Path configuration;

    DynamicSecurityTest(@TempDir Path folder) throws Exception {
        ForeignClient.MOSQUITTO.require();
        configuration = folder.resolve("mosquitto.conf");
        Files.writeString(folder.resolve("first-password"), "administrator\n");
        Files.writeString(
                configuration,
                """
                listener %d 127.0.0.1
                allow_anonymous false
                enable_control_api true
                plugin /usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so
                plugin_opt_config_file %s/dynamic-security.json
                plugin_opt_password_init_file %s/first-password
                """
                        .formatted(port, folder, folder));
        broker = Broker.start(BrokerOptions.ofFile(configuration, EventLog.SILENT));
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private String[] command(String tool, String user, String password, String... more) {
        List<String> all = new ArrayList<>(List.of(tool));
        if (!tool.equals("mosquitto_ctrl")) {
            all.addAll(0, List.of("stdbuf", "-oL"));
        }
        all.addAll(List.of("-h", "127.0.0.1", "-p", "" + port, "-u", user, "-P", password));
        all.addAll(List.of(more));
        return all.toArray(new String[0]);
    }

    private List<String> control(String... arguments) {
        List<String> all = new ArrayList<>(List.of("dynsec"));
        all.addAll(List.of(arguments));
        return Program.run(
                command("mosquitto_ctrl", "admin", "administrator", all.toArray(new String[0])));
    }

    private void createReader() {
        control("createRole", "reader");
        control("addRoleACL", "reader", "subscribePattern", "news/#", "allow", "1");
        control("createClient", "anna", "-p", "annas-password");
        control("addClientRole", "anna", "reader", "1");
    }

    @Test
    void rightsAreGivenUsedAndTakenAway() throws Exception {
        createReader();
        assertTrue(String.join(" ", control("getClient", "anna")).contains("reader"));
        assertTrue(control("listClients").contains("anna"));
        control("createClient", "writer", "-p", "writers-password");
        control("addClientRole", "writer", "client", "1");
        String[] reads =
                command(
                        "mosquitto_sub",
                        "anna",
                        "annas-password",
                        "-d",
                        "-V",
                        "mqttv5",
                        "-t",
                        "news/#",
                        "-F",
                        "> %t %p");
        try (Program anna = Program.start(reads)) {
            anna.await("SUBACK", l -> l.contains("received SUBACK"));
            Program.run(
                    command(
                            "mosquitto_pub",
                            "writer",
                            "writers-password",
                            "-q",
                            "1",
                            "-t",
                            "news/today",
                            "-m",
                            "good"));
            anna.await("the message", l -> l.equals("> news/today good"));
            control("disableClient", "anna");
            // Thrown out, and not let in again.
            anna.await("the DISCONNECT", l -> l.contains("Received DISCONNECT (152)"));
        }
        try (Program refused =
                Program.start(
                        command("mosquitto_pub", "anna", "annas-password", "-t", "a", "-n"))) {
            refused.await(
                    "the refusal", l -> l.contains("not authori") || l.contains("Not authori"));
        }
        // All of it is in the file.
        broker.close();
        broker = Broker.start(BrokerOptions.ofFile(configuration, EventLog.SILENT));
        assertTrue(String.join(" ", control("getClient", "anna")).contains("true"));
        assertTrue(control("listClients").contains("writer"));
    }

    @Test
    void onlyAdministratorsControl() {
        createReader();
        try (Program anna =
                Program.start(
                        command(
                                "mosquitto_pub",
                                "anna",
                                "annas-password",
                                "-V",
                                "mqttv5",
                                "-q",
                                "1",
                                "-d",
                                "-t",
                                "$CONTROL/dynamic-security/v1",
                                "-m",
                                "{\"commands\":[{\"command\":\"deleteClient\",\"username\":\"admin\"}]}"))) {
            anna.await("the refusal", l -> l.contains("RC:135"));
        }
        // Between warnings of the tool.
        assertTrue(control("listClients").containsAll(List.of("admin", "anna")));
    }

    /// Debian's tool sets the columns of 2.0, and ends some sentences without a full stop.
    @Test
    void ownToolPrintsWhatMosquittosDoes() {
        createReader();
        control("createGroup", "readers");
        control("addGroupRole", "readers", "reader", "3");
        control("addGroupClient", "readers", "anna", "7");
        for (String words :
                List.of(
                        "createClient bob -c bobs -p bobs-password",
                        "getClient anna",
                        "getClient bob",
                        "getRole reader",
                        "getGroup readers",
                        "getClient nobody",
                        "getDefaultACLAccess",
                        "deleteClient bob",
                        "listClients")) {
            String[] all = words.split(" ");
            if (words.startsWith("createClient")) {
                assertEquals(List.of(), shown(own(all)), words);
            } else if (words.startsWith("delete")) {
                assertEquals(List.of(), shown(own(all)), words);
                assertEquals(List.of("deleteClient: Error: Client not found"), shown(control(all)));
            } else {
                assertEquals(shown(control(all)), shown(own(all)), words);
            }
        }
    }

    private List<String> own(String... arguments) {
        List<String> all = new ArrayList<>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        all.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"));
        all.addAll(List.of(System.getProperty("java.class.path"), "io.hawkermq.cli.Main"));
        String[] words = command("mosquitto_ctrl", "admin", "administrator", "dynsec");
        all.addAll(List.of(words));
        all.addAll(List.of(arguments));
        return Program.run(all.toArray(new String[0]));
    }

    private static List<String> shown(List<String> lines) {
        return lines.stream()
                .filter(l -> !l.isBlank())
                .filter(l -> !l.startsWith("Warning: You are") && !l.startsWith("This means all"))
                .map(l -> l.replaceAll(" +", " ").replaceAll("\\.$", "").strip())
                .toList();
    }
}
