package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// The answer to a `list...` command: from the `offset`th on, `count` of them at most, just names or
/// all that is known if `verbose`.
final class Listing {
    private Listing() {}

    static <T> Map<String, Json> of(
            Fields f,
            String key,
            Collection<T> all,
            Function<T, String> name,
            Function<T, Map<String, Json>> description) {
        int count = f.number("count", -1);
        // As Mosquitto counts: below zero is all, and zero is one.
        long most = count < 0 ? Long.MAX_VALUE : Math.max(1, count);
        List<Json> listed =
                all.stream()
                        .skip(Math.max(0, f.number("offset", 0)))
                        .limit(most)
                        .map(
                                f.isTrue("verbose")
                                        ? t -> (Json) new Json.Members(description.apply(t))
                                        : t -> Json.of(name.apply(t)))
                        .toList();
        Map<String, Json> data = new LinkedHashMap<>();
        data.put("totalCount", Json.of(all.size()));
        data.put(key, ModelJson.all(listed));
        return data;
    }
}
