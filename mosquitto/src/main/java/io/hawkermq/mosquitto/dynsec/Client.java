package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who may log in. A client of dynamic security is what MQTT calls a User Name; several network
/// connections may use it.
///
/// @param clientId the only Client Identifier under which it may connect, or null for any
/// @param encodedPassword in the form of a password file, or null if it cannot log in
/// @param roles in the order in which they are asked
/// @param other keys of the file that this broker does not know
public record Client(
        String userName,
        @Nullable String clientId,
        @Nullable String encodedPassword,
        @Nullable String textName,
        @Nullable String textDescription,
        Login login,
        List<Role.Use> roles,
        Map<String, Json> other) {
    /// Whether it may log in at all.
    public enum Login {
        ENABLED,
        DISABLED
    }

    public Client {
        List<Role.Use> sorted = new ArrayList<>(roles);
        sorted.sort(Role.Use.ORDER);
        roles = List.copyOf(sorted);
    }

    Client withClientId(@Nullable String replacement) {
        return new Client(
                userName,
                replacement,
                encodedPassword,
                textName,
                textDescription,
                login,
                roles,
                other);
    }

    Client withPassword(String encoded) {
        return new Client(
                userName, clientId, encoded, textName, textDescription, login, roles, other);
    }

    Client withTexts(@Nullable String name, @Nullable String description) {
        return new Client(
                userName, clientId, encodedPassword, name, description, login, roles, other);
    }

    Client withLogin(Login replacement) {
        return new Client(
                userName,
                clientId,
                encodedPassword,
                textName,
                textDescription,
                replacement,
                roles,
                other);
    }

    Client withRoles(List<Role.Use> replacement) {
        return new Client(
                userName,
                clientId,
                encodedPassword,
                textName,
                textDescription,
                login,
                replacement,
                other);
    }
}
