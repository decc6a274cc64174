package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.broker.security.HttpUsers;
import io.hawkermq.mosquitto.Origin;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.Setting;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoAuthSettingsTest {
    private static final Origin ORIGIN = new Origin.InFile("a.conf", 7);

    private static PluginConfiguration plugin(String... options) {
        Map<String, Setting<String>> all = new LinkedHashMap<>();
        for (String option : options) {
            int blank = option.indexOf(' ');
            all.put(option.substring(0, blank), new Setting<>(option.substring(blank + 1), ORIGIN));
        }
        return new PluginConfiguration(Optional.empty(), "/x/go-auth.so", all, true, ORIGIN);
    }

    @Test
    void theHomeAssistantAddOnsLines() throws Exception {
        GoAuthSettings settings =
                GoAuthSettings.of(
                        plugin(
                                "backends files,http",
                                "hasher pbkdf2",
                                "cache true",
                                "files_password_path /etc/mosquitto/pw",
                                "files_acl_path /etc/mosquitto/acl",
                                "http_host 127.0.0.1",
                                "http_port 80",
                                "http_getuser_uri /authentication",
                                "http_superuser_uri /superuser",
                                "http_aclcheck_uri /acl"));
        assertTrue(settings.hasFiles());
        assertEquals(
                new HttpUsers.Service(
                        URI.create("http://127.0.0.1:80/authentication"),
                        Optional.of(URI.create("http://127.0.0.1:80/superuser")),
                        HttpUsers.Parameters.JSON,
                        HttpUsers.Answer.STATUS,
                        Duration.ofSeconds(5),
                        "hawker"),
                ((GoAuthSettings.Service.Web) settings.service().orElseThrow()).web());
    }

    @Test
    void whatMeansNothingIsTold() {
        assertEquals(
                List.of("The plugin does not know the option 'http_hots' here [a.conf:7]"),
                GoAuthSettings.unknown(plugin("backends http", "http_hots h", "cache true")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "log_level debug | needs a line like 'plugin_opt_backends files, http' below it",
                "backends grpc | has the back end 'grpc', which is not there; allowed are files, http and jwt",
                "backends http, jwt | allowed is one of both",
                "backends jwt | needs a line 'plugin_opt_jwt_mode'",
                "backends jwt; jwt_mode local | a database that this broker does not read",
                "backends jwt; jwt_mode js | has 'jwt_mode js', allowed are files and remote",
                "backends jwt; jwt_mode files | needs a line 'plugin_opt_jwt_acl_path'",
                "backends jwt; jwt_mode files; jwt_acl_path f | needs a line 'plugin_opt_jwt_secret'",
                "backends jwt; jwt_mode files; jwt_acl_path f; jwt_secret s; jwt_userfield sub | allowed is Subject or Username",
                "backends jwt; jwt_mode remote; jwt_parse_token true; jwt_host h; jwt_getuser_uri /u | needs a line 'plugin_opt_jwt_secret'",
                "backends jwt; jwt_mode remote; jwt_host h | needs a line 'plugin_opt_jwt_getuser_uri' for its back end jwt",
                "backends jwt; jwt_mode remote; jwt_host h; jwt_getuser_uri /u; jwt_http_method GET | allowed is POST",
                "backends jwt; jwt_mode remote; jwt_host h; jwt_getuser_uri /u; jwt_with_tls true | without 'jwt_verify_peer true'",
                "backends files, postgres | has the back end 'postgres', a database",
                "backends fles | has the back end 'fles', which go-auth does not have",
                "backends http | needs a line 'plugin_opt_http_host'",
                "backends files; check_prefix true | has 'check_prefix true'",
                "backends files; check_prefix yes | allowed is false or true",
                "backends files; hasher_salt_encoding utf-8 | allowed is base64",
                "backends http; http_host h; http_getuser_uri /u; http_timeout 60 | allowed is a number from 1 to 8",
                "backends http; http_host h; http_with_tls true | without 'http_verify_peer true'",
                "backends http; http_host h; http_getuser_uri /a b | an impossible 'http_host' or 'http_getuser_uri': http://h:80/a b",
                "backends http; http_host my_host; http_getuser_uri /a | an impossible 'http_host'",
                "backends http; http_host ::1; http_getuser_uri /a | an impossible 'http_host'",
            })
    void whatIsNotThereIsRefusedByName(String options, String expected) {
        String[] each = options.split("; ", -1);
        StartException e =
                assertThrows(StartException.class, () -> GoAuthSettings.of(plugin(each)));
        String message = String.valueOf(e.getMessage());
        assertTrue(message.startsWith("The plugin '/x/go-auth.so' "), message);
        assertTrue(message.contains(expected), message);
        assertTrue(message.endsWith(" Error found at " + ORIGIN + "."), message);
    }
}
