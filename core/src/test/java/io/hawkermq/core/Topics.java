package io.hawkermq.core;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/// Topic Names and Topic Filters of few levels from few texts, so that they often meet, and the
/// rules of section 4.7 written a second time, level by level.
final class Topics {
    private static final String[] LEVELS = {
        "",
        "",
        "a",
        "b",
        "c",
        "ab",
        "a!",
        "$SYS",
        "$",
        "ü",
        "u\u0308",
        "😀",
        " ",
        "!",
        "device-12345"
    };

    private Topics() {}

    static Arbitrary<String> names() {
        return Arbitraries.of(LEVELS)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(levels -> String.join("/", levels))
                .filter(name -> !name.isEmpty());
    }

    static Arbitrary<String> filters() {
        Arbitrary<String> level =
                Arbitraries.frequencyOf(
                        Tuple.of(3, Arbitraries.of(LEVELS)), Tuple.of(2, Arbitraries.just("+")));
        Arbitrary<String> body =
                level.list()
                        .ofMinSize(1)
                        .ofMaxSize(5)
                        .map(levels -> String.join("/", levels))
                        .filter(filter -> !filter.isEmpty());
        return Arbitraries.frequencyOf(
                Tuple.of(6, body),
                Tuple.of(3, body.map(filter -> filter + "/#")),
                Tuple.of(1, Arbitraries.just("#")));
    }

    static boolean matches(String filter, String name) {
        String[] f = filter.split("/", -1);
        String[] n = name.split("/", -1);
        if (name.startsWith("$") && (f[0].equals("+") || f[0].equals("#"))) {
            return false;
        }
        for (int i = 0; i < f.length; i++) {
            if (f[i].equals("#")) {
                return true;
            }
            if (i == n.length) {
                return false;
            }
            if (!f[i].equals("+") && !f[i].equals(n[i])) {
                return false;
            }
            if (i == n.length - 1 && i == f.length - 2 && f[i + 1].equals("#")) {
                return true;
            }
        }
        return f.length == n.length;
    }
}
