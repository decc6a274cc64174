package io.hawkermq.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The properties of one packet, immutable, in the order in which they stand on the wire.
///
/// Packets of 3.1 and 3.1.1, and those without properties, carry [#NONE]. A property that is
/// absent is distinguished from one with its default value: forwarding must not invent any.
/// Numbers are held as `Long`, texts as `String`, binary data as `byte[]`, user properties as
/// [UserProperty]; the arrays are not copied, so callers must not change them.
public final class Properties {
    public static final Properties NONE = new Properties(new Property[0], new Object[0]);

    /// What an entry takes in memory beside its texts or its binary data, roughly.
    private static final int ENTRY = 64;

    private final Property[] keys;
    private final Object[] values;

    /// [#footprint], or 0 while nobody has asked: threads that ask at once find the same.
    private int footprint;

    private Properties(Property[] keys, Object[] values) {
        this.keys = keys;
        this.values = values;
    }

    public static Builder builder() {
        return new Builder();
    }

    /// Properties with one entry.
    public static Properties of(Property property, Object value) {
        return builder().add(property, value).build();
    }

    public boolean isEmpty() {
        return keys.length == 0;
    }

    /// How many entries there are, each User Property counted.
    public int size() {
        return keys.length;
    }

    /// About how many bytes they take in memory: their texts and binary data and a flat sum for each
    /// entry. The same for all that are equal, whichever way they came.
    public int footprint() {
        int known = footprint;
        if (known == 0 && keys.length > 0) {
            long sum = (long) ENTRY * keys.length;
            for (Object value : values) {
                sum +=
                        switch (value) {
                            case String text -> text.length();
                            case byte[] binary -> binary.length;
                            case UserProperty pair ->
                                    (long) pair.name().length() + pair.value().length();
                            default -> 0;
                        };
            }
            known = (int) Math.min(Integer.MAX_VALUE, sum);
            footprint = known;
        }
        return known;
    }

    public boolean has(Property property) {
        return indexOf(property) >= 0;
    }

    /// The number that `property` holds, or `otherwise` where it is absent.
    public long number(Property property, long otherwise) {
        int i = indexOf(property);
        return i < 0 ? otherwise : (Long) values[i];
    }

    /// The text that `property` holds, or null where it is absent.
    public @Nullable String text(Property property) {
        int i = indexOf(property);
        return i < 0 ? null : (String) values[i];
    }

    /// The binary data that `property` holds, or null where it is absent. Not a copy.
    public byte @Nullable [] binary(Property property) {
        int i = indexOf(property);
        return i < 0 ? null : (byte[]) values[i];
    }

    /// The User Properties in their order [MQTT-3.3.2-18].
    public List<UserProperty> userProperties() {
        List<UserProperty> found = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == Property.USER_PROPERTY) {
                found.add((UserProperty) values[i]);
            }
        }
        return found;
    }

    /// The Subscription Identifiers in their order.
    public List<Integer> subscriptionIdentifiers() {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == Property.SUBSCRIPTION_IDENTIFIER) {
                found.add(((Long) values[i]).intValue());
            }
        }
        return found;
    }

    /// Calls `visitor` with each entry in order.
    public void forEach(BiConsumer<? super Property, Object> visitor) {
        for (int i = 0; i < keys.length; i++) {
            visitor.accept(keys[i], values[i]);
        }
    }

    /// The same entries without those of `property`; this object where it has none.
    public Properties without(Property property) {
        if (!has(property)) {
            return this;
        }
        Builder b = builder();
        forEach((k, v) -> {
            if (k != property) {
                b.add(k, v);
            }
        });
        return b.build();
    }

    /// The same entries and one more at the end.
    public Properties with(Property property, Object value) {
        Builder b = builder();
        forEach(b::add);
        return b.add(property, value).build();
    }

    private int indexOf(Property property) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] == property) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Properties p
                && Arrays.equals(keys, p.keys)
                && Arrays.deepEquals(values, p.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(keys) + Arrays.deepHashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder s = new StringBuilder("{");
        forEach((k, v) ->
                s.append(s.length() > 1 ? ", " : "")
                        .append(k)
                        .append('=')
                        .append(v instanceof byte[] b ? b.length + " bytes" : v));
        return s.append('}').toString();
    }

    /// Collects entries in order; checks types, not which packet may carry them.
    public static final class Builder {
        private final List<Property> keys = new ArrayList<>(4);
        private final List<Object> values = new ArrayList<>(4);

        private Builder() {}

        /// @throws IllegalArgumentException if the value is not of the property's type, or out of its range
        public Builder add(Property property, Object value) {
            keys.add(property);
            values.add(checked(property, value));
            return this;
        }

        /// [#add(Property, Object)] unless `value` is null.
        public Builder addIfPresent(Property property, @Nullable Object value) {
            return value == null ? this : add(property, value);
        }

        public Builder user(String name, String value) {
            return add(Property.USER_PROPERTY, new UserProperty(name, value));
        }

        public boolean has(Property property) {
            return keys.contains(property);
        }

        public Properties build() {
            return keys.isEmpty()
                    ? NONE
                    : new Properties(keys.toArray(Property[]::new), values.toArray());
        }

        private static Object checked(Property property, Object value) {
            Objects.requireNonNull(value);
            boolean fits =
                    switch (property.type()) {
                        case BYTE, TWO_BYTES, FOUR_BYTES, VARIABLE -> value instanceof Number;
                        case TEXT -> value instanceof String;
                        case BINARY -> value instanceof byte[];
                        case PAIR -> value instanceof UserProperty;
                    };
            if (!fits) {
                throw new IllegalArgumentException(property + " cannot hold " + value.getClass());
            }
            if (!(value instanceof Number n)) {
                return value;
            }
            long number = n.longValue();
            if (number < property.minimum() || number > property.maximum()) {
                throw new IllegalArgumentException(
                        property
                                + " is "
                                + number
                                + ", allowed is "
                                + property.minimum()
                                + " to "
                                + property.maximum());
            }
            return number;
        }
    }
}
