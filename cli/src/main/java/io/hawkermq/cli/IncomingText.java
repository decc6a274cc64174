package io.hawkermq.cli;

import io.hawkermq.client.IncomingMessage;
import io.hawkermq.protocol.Properties;
import java.nio.charset.StandardCharsets;

/// A received message as the output formats see it. Texts are bytes, a character each
/// (ISO 8859-1), so that what is not UTF-8 passes unchanged, and widths count bytes.
record IncomingText(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        int packetId,
        Properties properties) {
    static IncomingText of(IncomingMessage m) {
        return new IncomingText(
                bytes(m.topic()),
                m.payload(),
                m.qos().level(),
                m.retain(),
                m.packetId(),
                m.properties());
    }

    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    String payloadText() {
        return new String(payload, StandardCharsets.ISO_8859_1);
    }
}
