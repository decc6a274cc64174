package io.hawkermq.broker.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CipherSuitesTest {
    private static List<String> supported() throws Exception {
        return Arrays.asList(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites());
    }

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-GCM-SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "DHE-RSA-AES256-SHA256,TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
        "ECDHE-RSA-AES256-SHA384,TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        "ECDHE-RSA-AES128-SHA,TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "AES256-GCM-SHA384,TLS_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-SHA,TLS_RSA_WITH_AES_128_CBC_SHA",
        "PSK-AES128-CBC-SHA,TLS_PSK_WITH_AES_128_CBC_SHA",
        "ECDHE-ECDSA-AES128-CCM8,TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    })
    void namesOfOpenSslBecomeJavas(String openSsl, String java) {
        assertEquals(java, CipherSuites.javaName(openSsl));
    }

    @Test
    void orderIsKept() throws Exception {
        CipherSuites chosen =
                CipherSuites.tls12(
                        "DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384", supported());
        assertEquals(
                List.of(
                        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
                chosen.suites());
    }

    @Test
    void groupsAndOperators() throws Exception {
        List<String> gcm = CipherSuites.tls12("ECDHE+AESGCM", supported()).suites();
        assertEquals(4, gcm.size(), gcm.toString());
        assertTrue(gcm.stream().allMatch(s -> s.matches("TLS_ECDHE_.*_GCM_.*")), gcm.toString());

        List<String> all =
                CipherSuites.tls12("HIGH:!aNULL:!kRSA:!SHA1:@STRENGTH", supported()).suites();
        assertTrue(all.size() > 8, all.toString());
        assertFalse(all.stream().anyMatch(s -> s.startsWith("TLS_RSA_") || s.endsWith("_SHA")));

        // What is forbidden does not come back, what is removed may.
        assertEquals(List.of(), CipherSuites.tls12("!AESGCM:ECDHE+AESGCM", supported()).suites());
        assertEquals(4, CipherSuites.tls12("ALL:-ALL:ECDHE+AESGCM", supported()).suites().size());
        List<String> moved = CipherSuites.tls12("ECDHE+AESGCM:+AES256", supported()).suites();
        assertTrue(moved.getLast().contains("AES_256"), moved.toString());
        assertTrue(moved.getFirst().contains("AES_128"), moved.toString());
    }

    @Test
    void unknownWordsAreReportedAndDeadOnesAreNot() throws Exception {
        CipherSuites chosen =
                CipherSuites.tls12("RC4:NULL-MD5:CAMELLIA128-SHA:HIHG:AES+GCMM", supported());
        assertEquals(List.of(), chosen.suites());
        assertEquals(List.of("HIHG", "AES+GCMM"), chosen.unknown());
    }

    @Test
    void suitesOfTls13() throws Exception {
        CipherSuites chosen =
                CipherSuites.tls13(
                        "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:AES128-SHA:TLS_AES_128_CCM_SHA256",
                        supported());
        assertEquals(
                List.of("TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"), chosen.suites());
        assertEquals(List.of("AES128-SHA"), chosen.unknown());
    }
}
