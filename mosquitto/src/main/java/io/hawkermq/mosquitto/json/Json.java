package io.hawkermq.mosquitto.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A JSON value (RFC 8259). Objects keep the order of their keys; of a key that comes twice the
/// first value counts.
public sealed interface Json {
    /// Deeper nesting is refused; what clients send has five levels.
    int DEEPEST = 100;

    record Members(Map<String, Json> members) implements Json {
        public Members {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /// The value of a key, which may also be written in another case, as Mosquitto's library
        /// takes it.
        public @Nullable Json value(String key) {
            Json exact = members.get(key);
            if (exact != null) {
                return exact;
            }
            for (var entry : members.entrySet()) {
                if (entry.getKey().equalsIgnoreCase(key)) {
                    return entry.getValue();
                }
            }
            return null;
        }
    }

    record Elements(List<Json> elements) implements Json {
        public Elements {
            elements = List.copyOf(elements);
        }
    }

    record Text(String text) implements Json {}

    record Decimal(BigDecimal number) implements Json {}

    record Truth(boolean isTrue) implements Json {}

    /// The value `null`.
    record Nothing() implements Json {}

    static Json of(String text) {
        return new Text(text);
    }

    static Json of(long number) {
        return new Decimal(BigDecimal.valueOf(number));
    }

    static Json of(boolean truth) {
        return new Truth(truth);
    }

    /// @param utf8 the whole text; nothing but white space may follow the value
    /// @throws JsonException if it is no JSON
    static Json parse(byte[] utf8) throws JsonException {
        try (JsonParser parser = Holder.FACTORY.createParser(utf8)) {
            if (parser.nextToken() == null) {
                throw new JsonException("there is nothing");
            }
            Json value = read(parser);
            if (parser.nextToken() != null) {
                throw new JsonException("something follows the value");
            }
            return value;
        } catch (ArithmeticException | NumberFormatException e) {
            throw new JsonException("a number has more digits, or a larger exponent, than allowed");
        } catch (IOException e) {
            // The library's own message may repeat what stands there: a password, perhaps.
            throw new JsonException("it is no JSON" + place(e));
        }
    }

    private static String place(IOException e) {
        return e instanceof com.fasterxml.jackson.core.JsonProcessingException j
                        && j.getLocation() != null
                ? " at line "
                        + j.getLocation().getLineNr()
                        + ", column "
                        + j.getLocation().getColumnNr()
                : "";
    }

    private static Json read(JsonParser parser) throws IOException, JsonException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Json> members = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    parser.nextToken();
                    members.putIfAbsent(key, read(parser));
                }
                yield new Members(members);
            }
            case START_ARRAY -> {
                List<Json> elements = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(read(parser));
                }
                yield new Elements(elements);
            }
            case VALUE_STRING -> new Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Decimal(parser.getDecimalValue());
            case VALUE_TRUE -> new Truth(true);
            case VALUE_FALSE -> new Truth(false);
            case VALUE_NULL -> new Nothing();
            case null, default -> throw new JsonException("a value is missing");
        };
    }

    /// In one line, as messages have it.
    default byte[] compact() {
        return written(false);
    }

    /// With a line for each value, as files have it.
    default byte[] indented() {
        return written(true);
    }

    private byte[] written(boolean indented) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = Holder.FACTORY.createGenerator(bytes)) {
            if (indented) {
                DefaultIndenter tabs = new DefaultIndenter("\t", "\n");
                generator.setPrettyPrinter(
                        new DefaultPrettyPrinter()
                                .withObjectIndenter(tabs)
                                .withArrayIndenter(tabs));
            }
            write(this, generator);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(Json value, JsonGenerator generator) throws IOException {
        switch (value) {
            case Members m -> {
                generator.writeStartObject();
                for (var entry : m.members().entrySet()) {
                    generator.writeFieldName(entry.getKey());
                    write(entry.getValue(), generator);
                }
                generator.writeEndObject();
            }
            case Elements e -> {
                generator.writeStartArray();
                for (Json element : e.elements()) {
                    write(element, generator);
                }
                generator.writeEndArray();
            }
            case Text t -> generator.writeString(t.text());
            case Decimal n -> generator.writeNumber(n.number());
            case Truth t -> generator.writeBoolean(t.isTrue());
            case Nothing _ -> generator.writeNull();
        }
    }

    /// An interface has no private fields.
    final class Holder {
        private static final JsonFactory FACTORY =
                JsonFactory.builder()
                        .streamReadConstraints(
                                StreamReadConstraints.builder()
                                        .maxNestingDepth(DEEPEST)
                                        .maxNumberLength(100)
                                        .build())
                        .build();

        private Holder() {}
    }
}
