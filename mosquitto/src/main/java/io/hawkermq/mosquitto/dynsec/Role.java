package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What those who have it may do.
///
/// @param acls in the order of [AclType], of a type those with the highest priority first
/// @param other keys of the file that this broker does not know
public record Role(
        String name,
        @Nullable String textName,
        @Nullable String textDescription,
        WildcardSubscriptions wildcards,
        List<Acl> acls,
        Map<String, Json> other) {
    /// `allowwildcardsubs`.
    public enum WildcardSubscriptions {
        ALLOWED,
        DENIED
    }

    /// One rule.
    ///
    /// @param topic a Topic Filter; in patterns `%c` and `%u` may stand for whole levels
    /// @param priority -100,000 to 100,000
    public record Acl(AclType type, String topic, int priority, boolean allow) {}

    /// A role that somebody has.
    ///
    /// @param priority up to 100,000; -1 if none was given
    public record Use(String role, int priority) {
        /// The order in which roles are asked.
        static final Comparator<Use> ORDER =
                Comparator.comparingInt(Use::priority).reversed().thenComparing(Use::role);
    }

    public Role {
        List<Acl> sorted = new ArrayList<>(acls);
        sorted.sort(
                Comparator.comparing(Acl::type)
                        .thenComparing(Comparator.comparingInt(Acl::priority).reversed()));
        acls = List.copyOf(sorted);
    }
}
