package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The server has answered a PUBLISH, SUBSCRIBE or UNSUBSCRIBE with an error, or has announced
/// that it would, so that nothing was sent. The connection goes on.
public final class RefusedException extends MqttException {
    private static final long serialVersionUID = 1L;

    private final transient List<ReasonCode> reasonCodes;
    private final transient Properties properties;

    RefusedException(String what, List<ReasonCode> reasonCodes, Properties properties) {
        super(text(what, reasonCodes, properties), null);
        this.reasonCodes = reasonCodes;
        this.properties = properties;
    }

    private static String text(String what, List<ReasonCode> codes, Properties properties) {
        StringBuilder s = new StringBuilder(what).append(": ");
        for (int i = 0; i < codes.size(); i++) {
            s.append(i == 0 ? "" : ", ").append(codes.get(i).text());
        }
        String reason = properties.text(Property.REASON_STRING);
        return reason == null ? s.toString() : s.append(" (").append(reason).append(')').toString();
    }

    /// {@return the first error among [#reasonCodes]}
    public ReasonCode reasonCode() {
        for (ReasonCode code : reasonCodes) {
            if (code.isError()) {
                return code;
            }
        }
        return ReasonCode.UNSPECIFIED_ERROR;
    }

    /// {@return a code for a PUBLISH, or one for each Topic Filter in order, those without error
    /// included}
    public List<ReasonCode> reasonCodes() {
        return reasonCodes;
    }

    /// {@return the Reason String, or null where the server gave none, and in 3.1.1}
    public @Nullable String reasonString() {
        return properties.text(Property.REASON_STRING);
    }

    /// {@return the properties of the answer; [Properties#NONE] in 3.1.1, and if the server was not
    /// asked at all}
    public Properties properties() {
        return properties;
    }
}
