package io.hawkermq.mosquitto.dynsec;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose connections a change ends, so that they come back under the new rules.
public record Kicks(Set<String> userNames, Anonymous anonymous) {
    public static final Kicks NOBODY = new Kicks(Set.of(), Anonymous.SPARED);

    /// Whether clients without a User Name are among them.
    public enum Anonymous {
        KICKED,
        SPARED
    }

    /// Whom a model that takes the place of another without commands concerns: users who are gone or
    /// new, or who log in with something else, or no more. What users may do is asked anew each time.
    public static Kicks between(SecurityModel before, SecurityModel after) {
        Set<String> concerned = new HashSet<>(before.clients().keySet());
        concerned.addAll(after.clients().keySet());
        concerned.removeIf(name -> {
            Client old = before.clients().get(name);
            Client now = after.clients().get(name);
            return old != null
                    && now != null
                    && old.login() == now.login()
                    && Objects.equals(old.clientId(), now.clientId())
                    && Objects.equals(old.encodedPassword(), now.encodedPassword());
        });
        return new Kicks(concerned, Anonymous.SPARED);
    }

    public boolean isEmpty() {
        return userNames.isEmpty() && anonymous == Anonymous.SPARED;
    }

    /// @param userName null for a client without one
    public boolean concern(@Nullable String userName) {
        return userName == null ? anonymous == Anonymous.KICKED : userNames.contains(userName);
    }
}
