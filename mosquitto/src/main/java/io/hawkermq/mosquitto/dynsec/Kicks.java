package io.hawkermq.mosquitto.dynsec;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose connections a change ends, so that they come back under the new rules.
public record Kicks(Set<String> userNames, Anonymous anonymous) {
    /// Whether clients without a User Name are among them.
    public enum Anonymous {
        KICKED,
        SPARED
    }

    public boolean isEmpty() {
        return userNames.isEmpty() && anonymous == Anonymous.SPARED;
    }

    /// @param userName null for a client without one
    public boolean concern(@Nullable String userName) {
        return userName == null ? anonymous == Anonymous.KICKED : userNames.contains(userName);
    }
}
