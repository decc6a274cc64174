package io.hawkermq.cli;

import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.UserProperty;
import java.nio.charset.StandardCharsets;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message as a JSON object: `%j` with the payload as text, `%J` with the payload as JSON.
final class MessageJson {
    private MessageJson() {}

    /// @return null if the payload is asked for as JSON and is none
    static @Nullable String print(
            IncomingText m, ZonedDateTime now, boolean isEscaped, boolean isPretty) {
        Json.Obj root = new Json.Obj();
        root.with("tst", Strftime.isoWithMicroseconds(now))
                .with("topic", new Json.Text(m.topic()))
                .with("qos", new Json.Num(m.qos()))
                .with("retain", new Json.Truth(m.retain()))
                .with("payloadlen", new Json.Num(m.payload().length));
        if (m.qos() > 0) {
            root.with("mid", new Json.Num(m.packetId()));
        }
        if (!m.properties().isEmpty()) {
            root.with("properties", properties(m));
        }
        Json payload = m.payload().length == 0 ? new Json.Null() : payload(m, isEscaped);
        if (payload == null) {
            return null;
        }
        root.with("payload", payload);
        return isPretty ? root.printPretty() : root.print();
    }

    private static @Nullable Json payload(IncomingText m, boolean isEscaped) {
        return isEscaped ? new Json.Text(upToNul(m.payloadText())) : Json.parse(m.payloadText());
    }

    /// C's strings end there.
    private static String upToNul(String text) {
        int nul = text.indexOf('\0');
        return nul < 0 ? text : text.substring(0, nul);
    }

    private static Json properties(IncomingText m) {
        Json.Obj object = new Json.Obj();
        List<Json> users = new ArrayList<>();
        m.properties()
                .forEach((property, value) -> {
                    if (property == Property.USER_PROPERTY) {
                        if (users.isEmpty()) {
                            object.with("user-properties", new Json.Array(users));
                        }
                        UserProperty p = (UserProperty) value;
                        users.add(
                                new Json.Obj()
                                        .with(IncomingText.bytes(p.name()), Json.text(p.value())));
                    } else {
                        object.with(
                                PropertyWords.nameOf(property),
                                switch (value) {
                                    case Long n -> new Json.Num(n);
                                    case byte[] b ->
                                            new Json.Text(
                                                    upToNul(
                                                            new String(
                                                                    b,
                                                                    StandardCharsets.ISO_8859_1)));
                                    default -> Json.text((String) value);
                                });
                    }
                });
        return object;
    }
}
