package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationChangeTest {
    private static final String[] BEFORE = {
        "sys_interval 5",
        "password_file /p",
        "pid_file /run/x.pid",
        "plugin /x/go-auth.so",
        "listener 1883",
        "listener 8883",
        "certfile /c",
        "keyfile /k",
        "connection a",
        "address h",
        "topic t",
        "remote_password one",
        "connection b",
        "address h",
        "topic t"
    };

    private static final String[] AFTER = {
        "password_file /q",
        "pid_file /run/y.pid",
        "plugin /x/go-auth.so",
        "auth_opt_log_level debug",
        "listener 8883",
        "certfile /c2",
        "keyfile /k",
        "listener 1884",
        "connection a",
        "address h",
        "topic t",
        "remote_password two"
    };

    private static List<String> texts(ConfigurationChange change) {
        return change.changes().stream().map(ConfigurationChange.Change::text).toList();
    }

    @Test
    void eachDifferenceIsNamedOnceWithWhatItNeeds() throws ConfigurationException {
        ConfigurationChange change =
                ConfigurationChange.between(Reader.read(BEFORE), Reader.read(AFTER));
        assertEquals(
                List.of(
                        "broker: pid_file /run/x.pid -> /run/y.pid, after a restart [a.conf:2]",
                        "broker: sys_interval 5 -> 10, at once [default]",
                        "broker: password_file /p -> /q, at once [a.conf:1]",
                        "listener 8883: certfile /c -> /c2, for new connections [a.conf:6]",
                        "listener 1884: added, at once [a.conf:8]",
                        "listener 1883: removed, at once [was a.conf:5]",
                        "bridge a: remote_password *** -> ***, at once [a.conf:12]",
                        "bridge b: removed, at once [was a.conf:13]",
                        "plugin /x/go-auth.so: added, after a restart [a.conf:3]",
                        "plugin /x/go-auth.so: removed, after a restart [was a.conf:4]"),
                texts(change));
    }

    @Test
    void theSameInAnotherOrderIsTheSame() throws ConfigurationException {
        Configuration one =
                Reader.read("listener 1", "listener 2", "max_qos 1", "allow_anonymous true");
        Configuration two =
                Reader.read("allow_anonymous true", "listener 2", "maximum_qos 1", "listener 1");
        assertEquals(List.of(), texts(ConfigurationChange.between(one, two)));
    }

    @Test
    void aListenersOwnAccessSettingsAreCompared() throws ConfigurationException {
        Configuration one = Reader.read("listener 1", "allow_anonymous true");
        Configuration two =
                Reader.read("listener 1", "allow_anonymous true", "listener_allow_anonymous false");
        ConfigurationChange change = ConfigurationChange.between(one, two);
        assertTrue(texts(change).getFirst().startsWith("listener 1: allow_anonymous"));
    }

    /// Without a listener anonymous clients are let in until a line says otherwise.
    @Test
    void theLoopbackListenersAreCompared() throws ConfigurationException {
        ConfigurationChange change =
                ConfigurationChange.between(Reader.read(""), Reader.read("allow_anonymous false"));
        assertEquals(
                List.of(
                        "listener 1883 127.0.0.1: allow_anonymous true -> false, for new"
                                + " connections [a.conf:1]",
                        "listener 1883 ::1: allow_anonymous true -> false, for new connections"
                                + " [a.conf:1]"),
                texts(change));
    }
}
