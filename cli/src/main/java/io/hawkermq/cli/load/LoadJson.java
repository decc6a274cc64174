package io.hawkermq.cli.load;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.List;

/// Writes one JSON object on one line.
final class LoadJson {
    private final StringBuilder out = new StringBuilder("{");

    private StringBuilder name(String name) {
        if (out.charAt(out.length() - 1) != '{') {
            out.append(',');
        }
        quote(name);
        return out.append(':');
    }

    private void quote(String text) {
        out.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, out);
        out.append('"');
    }

    LoadJson text(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    LoadJson texts(String name, List<String> values) {
        name(name).append('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            quote(values.get(i));
        }
        out.append(']');
        return this;
    }

    LoadJson whole(String name, long value) {
        name(name).append(value);
        return this;
    }

    /// Three decimals; null if there is no number.
    LoadJson real(String name, double value) {
        name(name);
        if (Double.isFinite(value)) {
            out.append(Math.round(value * 1_000) / 1_000.0);
        } else {
            out.append("null");
        }
        return this;
    }

    LoadJson bool(String name, boolean value) {
        name(name).append(value);
        return this;
    }

    void object(String name) {
        name(name).append('{');
    }

    void close() {
        out.append('}');
    }

    String end() {
        return out.append('}').toString();
    }
}
