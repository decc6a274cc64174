package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.UserProperty;
import io.hawkermq.protocol.Will;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Writes what a store holds, a JSON object a line. Binary data is base64, times are milliseconds
/// since the epoch, what is absent is left out.
final class Export implements Recovery {
    private final Appendable out;
    private final StringBuilder line = new StringBuilder();
    private @Nullable IOException failure;

    Export(Appendable out) {
        this.out = out;
    }

    /// @throws IOException the first one of writing
    void finish() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    private void begin(String type) {
        line.setLength(0);
        line.append("{\"type\":\"").append(type).append('"');
    }

    private void end() {
        if (failure != null) {
            return;
        }
        try {
            out.append(line.append("}\n"));
        } catch (IOException e) {
            failure = e;
        }
    }

    private void name(String name) {
        line.append(",\"").append(name).append("\":");
    }

    private void field(String name, long value) {
        name(name);
        line.append(value);
    }

    private void field(String name, @Nullable String value) {
        if (value != null) {
            name(name);
            line.append(Json.text(value));
        }
    }

    private void field(String name, byte[] value) {
        name(name);
        line.append('"').append(Base64.getEncoder().encodeToString(value)).append('"');
    }

    private void flag(String name, boolean value) {
        name(name);
        line.append(value);
    }

    private void time(String name, long millis) {
        if (millis != Long.MAX_VALUE && millis >= 0) {
            field(name, millis);
        }
    }

    private void fields(Properties properties) {
        if (properties.isEmpty()) {
            return;
        }
        name("properties");
        line.append('[');
        properties.forEach((property, value) -> {
            if (line.charAt(line.length() - 1) != '[') {
                line.append(',');
            }
            line.append("{\"name\":\"")
                    .append(property.name().toLowerCase(Locale.ROOT))
                    .append('"');
            switch (value) {
                case UserProperty u -> {
                    field("key", u.name());
                    field("value", u.value());
                }
                case byte[] binary -> field("base64", binary);
                case Long number -> field("value", number);
                default -> field("value", value.toString());
            }
            line.append('}');
        });
        line.append(']');
    }

    private void fields(Message m) {
        field("topic", m.topic().toString());
        field("publishedQos", m.qos().level());
        field("publisher", m.publisher());
        if (m.by().listenerPort() > 0) {
            field("publisherListener", m.by().listenerPort());
        }
        time("messageExpiresAt", m.expiresAt());
        fields(m.properties());
        field("payload", m.payload());
    }

    @Override
    public void session(StoredSession s) {
        begin("session");
        field("session", s.number());
        field("clientId", s.clientId());
        field("userName", s.userName());
        field("address", s.address());
        field("expiryInterval", s.expiryInterval());
        flag("connected", s.wasConnected());
        time("expiresAt", s.expiresAt());
        Will will = s.will();
        if (will != null) {
            name("will");
            int from = line.length();
            field("topic", will.topic().toString());
            field("qos", will.qos().level());
            flag("retain", will.retain());
            time("at", s.willAt());
            fields(will.properties());
            field("payload", will.payload());
            // The first field has a comma before it.
            line.setCharAt(from, '{');
            line.append('}');
        }
        end();
    }

    @Override
    public void subscription(StoredSubscription s) {
        begin("subscription");
        field("session", s.session());
        field("filter", s.filter());
        field("qos", s.options().qos().level());
        flag("noLocal", s.options().noLocal());
        flag("retainAsPublished", s.options().retainAsPublished());
        field("retainHandling", s.options().retainHandling().ordinal());
        if (s.identifier() != 0) {
            field("identifier", s.identifier());
        }
        if (s.retained() == StoredSubscription.Retained.OWED) {
            flag("owesRetained", true);
        }
        end();
    }

    @Override
    public void delivery(StoredDelivery d) {
        begin("delivery");
        field("session", d.session());
        field("sequence", d.sequence());
        field("qos", d.qos().level());
        flag("retain", d.retain());
        int[] identifiers = d.identifiers();
        if (identifiers != null) {
            name("identifiers");
            line.append(java.util.Arrays.toString(identifiers));
        }
        if (d.packetId() != 0) {
            field("packetId", d.packetId());
            field("order", d.order());
        }
        fields(d.message().message());
        end();
    }

    @Override
    public void released(long session, int packetId, long order) {
        begin("released");
        field("session", session);
        field("packetId", packetId);
        field("order", order);
        end();
    }

    @Override
    public void received(long session, int packetId) {
        begin("received");
        field("session", session);
        field("packetId", packetId);
        end();
    }

    @Override
    public void retained(Message message) {
        begin("retained");
        fields(message);
        end();
    }

    @Override
    public void forward(StoredForward f) {
        begin("forward");
        field("number", f.number());
        field("purpose", f.purpose().name().toLowerCase(Locale.ROOT));
        field("slots", f.slots());
        field("shareName", f.shareName());
        field("filter", f.filter());
        fields(f.message().message());
        end();
    }
}
