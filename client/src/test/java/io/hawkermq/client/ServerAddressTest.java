package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "mqtt_broker, mqtt_broker:1883",
        "mqtt://mqtt_broker, mqtt_broker:1883",
        "mqtts://my_stack.mqtt_broker:7, my_stack.mqtt_broker:7",
        "ws://a_b/path?q, a_b:80",
        "mqtt://localhost:1, localhost:1",
        "mqtt://[::1], [::1]:1883",
    })
    void namesAHost(String uri, String hostAndPort) {
        assertEquals(hostAndPort, ServerAddress.of(uri).toString());
    }

    @Test
    void credentialsStandBeforeAHostWithAnUnderscoreToo() {
        ServerAddress address = ServerAddress.of("mqtt://u%40:p:@mqtt_broker:7");
        assertEquals("mqtt_broker:7", address.toString());
        assertEquals(Credentials.of("u@", "p:").toString(), String.valueOf(address.credentials()));
        assertEquals("/path?q", ServerAddress.of("ws://a_b/path?q").path());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mqtt://",
                "mqtt://:1883",
                "mqtt://a_b:x",
                "mqtt://a_b:",
                "mqtt://a%20b",
                "a,b"
            })
    void namesNone(String uri) {
        assertThrows(IllegalArgumentException.class, () -> ServerAddress.of(uri));
    }

    @Test
    void tlsDoesWithoutANameThatSniCannotCarry() throws Exception {
        var parameters = Tls.standard().engine("mqtt_broker", 8883).getSSLParameters();
        assertEquals(java.util.List.of(), parameters.getServerNames());
    }
}
