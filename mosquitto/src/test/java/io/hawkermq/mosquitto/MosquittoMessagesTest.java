package io.hawkermq.mosquitto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The messages that Mosquitto's own tests and other tools look for, with exit status 3.
class MosquittoMessagesTest {
    /// A `;` ends a line, a `_` stands for a space.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "unknown_option unknown | Unknown configuration variable 'unknown_option'",
                "user | Empty 'user' value in configuration.",
                "user_ | Empty 'user' value in configuration.",
                "user__ | Empty 'user' value in configuration.",
                "pid_file /tmp/p;pid_file /tmp/p | Duplicate 'pid_file' value in configuration.",
                "memory_limit | Empty 'memory_limit' value in configuration.",
                "allow_anonymous | Empty 'allow_anonymous' value in configuration.",
                "allow_anonymous falst | Invalid 'allow_anonymous' value (falst).",
                "autosave_interval | Empty 'autosave_interval' value in configuration.",
                "autosave_interval string | 'autosave_interval' value not a number.",
                "listener | Empty 'listener port' value in configuration.",
                "listener 100000 | Invalid 'port' value (100000).",
                "listener 0 | A listener with port 0 must provide a Unix socket path.",
                "listener 1;protocol | Empty 'protocol' value in configuration.",
                "listener 1;protocol test | Invalid 'protocol' value (test).",
                "plugin_opt_inval string | The 'plugin_opt_inval' option requires"
                        + " plugin/global_plugin/plugin_load to be defined first.",
                "plugin c/a.so;plugin_opt_ string | Invalid 'plugin_opt_' config option.",
                "plugin c/a.so;plugin_opt_test | Empty 'test' value in configuration.",
                "connection | Empty 'connection' value in configuration.",
                "connection a | Invalid bridge configuration: no remote addresses defined.",
                "connection a;address h | Invalid bridge configuration: no topics defined.",
                "connection a;topic t | Invalid bridge configuration: no remote addresses defined.",
                "connection a;topic \"b quote | Missing closing quote in topic value (quote).",
                "maximum_qos 3 | 'max_qos' must be between 0 and 2 inclusive.",
                "connection a;address h;topic t;bridge_psk my_psk |"
                        + " Invalid bridge configuration: missing bridge_identity.",
                "connection a;address h;topic t;bridge_identity i |"
                        + " Invalid bridge configuration: missing bridge_psk.",
                "listener 1;enable_proxy_protocol 2;use_subject_as_username true |"
                        + " use_subject_as_username cannot be used with `enable_proxy_protocol 2`.",
                "listener 1;enable_proxy_protocol 2;certfile c;keyfile k |"
                        + " certfile and keyfile cannot be used with `enable_proxy_protocol 2`.",
                "listener 1;enable_proxy_protocol 0 | enable_proxy_protocol must be 1 or 2.",
            })
    void theWordsAreThose(String file, String message) {
        String[] lines = file.replace("__", "  ").replaceAll("_$", " ").split(";");
        ConfigurationException refused = Reader.refused(lines);
        assertTrue(
                refused.text().lines().anyMatch(l -> l.startsWith("Error: " + message)),
                refused.text());
        assertEquals(3, refused.exitStatus());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "accept_protocol_versions",
                "mount_point",
                "cafile",
                "tls_version",
                "http_dir",
                "max_topic_alias",
                "max_topic_alias_broker",
                "listener_allow_anonymous",
                "listener_auto_id_prefix",
                "enable_proxy_protocol",
                "proxy_protocol_v2_require_tls",
                "disable_client_cert_date_checks",
                "websockets_origin",
                "plugin_use"
            })
    void aListenerMustStandBefore(String name) {
        String start = "Error: The '" + name + "' option requires a listener to be defined first.";
        assertTrue(Reader.errors(name + " 3").getFirst().startsWith(start));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bridge_attempt_unsubscribe",
                "bridge_bind_address",
                "bridge_max_packet_size",
                "bridge_protocol_version",
                "bridge_insecure",
                "bridge_psk",
                "local_clientid",
                "notifications",
                "password",
                "username",
                "restart_timeout",
                "threshold",
                "topic",
                "try_private"
            })
    void aBridgeMustStandBefore(String name) {
        String start = "Error: The '" + name + "' option requires a bridge to be defined first.";
        assertTrue(Reader.errors(name + " 3").getFirst().startsWith(start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"allow_anonymous true", "password_file p", "plugin /x/go-auth.so"})
    void withPerListenerSettingsAccessNeedsAListener(String line) {
        List<String> errors = Reader.errors("per_listener_settings true", line);
        assertTrue(errors.getFirst().contains("option requires a listener to be defined first."));
    }
}
