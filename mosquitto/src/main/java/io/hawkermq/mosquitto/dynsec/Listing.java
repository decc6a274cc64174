package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The answer to a `list...` command: from the `offset`th on, `count` of them at most, just names or
/// all that is known if `verbose`.
final class Listing {
    /// All that is known of something.
    interface Description<T> {
        Map<String, Json> of(T described) throws CommandException;
    }

    private Listing() {}

    static <T> Map<String, Json> of(
            Fields f,
            String key,
            Collection<T> all,
            Function<T, String> name,
            Description<T> description)
            throws CommandException {
        int count = f.number("count", -1);
        // As Mosquitto counts: below zero is all, and zero is one.
        long most = count < 0 ? Long.MAX_VALUE : Math.max(1, count);
        boolean isVerbose = f.isTrue("verbose");
        List<Json> listed = new ArrayList<>();
        for (T t : all.stream().skip(Math.max(0, f.number("offset", 0))).limit(most).toList()) {
            listed.add(isVerbose ? new Json.Members(description.of(t)) : Json.of(name.apply(t)));
        }
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("totalCount", Json.of(all.size()));
        data.put(key, ModelJson.all(listed));
        return data;
    }
}
