package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All that dynamic security knows; immutable.
///
/// @param changeIndex counts changes
/// @param clients by User Name
/// @param groups by name
/// @param roles by name
/// @param anonymousGroup whose roles clients without a User Name have, or null
/// @param other keys of the file that this broker does not know
public record SecurityModel(
        long changeIndex,
        DefaultAccess defaults,
        SortedMap<String, Client> clients,
        SortedMap<String, Group> groups,
        SortedMap<String, Role> roles,
        @Nullable String anonymousGroup,
        Map<String, Json> other) {
    public SecurityModel {
        clients = Collections.unmodifiableSortedMap(new TreeMap<>(clients));
        groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
        roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    }
}
