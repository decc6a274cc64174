package io.hawkermq.mosquitto;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One row of the table: an option of mosquitto.conf, all that is known of it, and the key under
/// which [Settings] hold its value.
public final class Option<T> {
    private final String name;
    private final Scope scope;
    private final ValueType<T> type;
    private final T defaultValue;
    private final List<String> aliases = new ArrayList<>();
    private Priority priority = Priority.P1;
    private Reload reload;
    private MosquittoVersion since = MosquittoVersion.V1_6;
    private boolean isSecret;
    private Optional<Option<T>> storedAs = Optional.empty();
    private String meaning = "";
    private String here = "";
    private String deprecated = "";
    private String defaultText = "";

    private Option(String name, Scope scope, ValueType<T> type, T defaultValue) {
        this.name = name;
        this.scope = scope;
        this.type = type;
        this.defaultValue = defaultValue;
        this.reload =
                switch (scope) {
                    case GLOBAL, ACCESS, BRIDGE, DEFAULT_LISTENER -> Reload.AT_ONCE;
                    case LISTENER, LISTENER_OR_DEFAULT, NAMED_LISTENER -> Reload.NEW_CONNECTIONS;
                    case PLUGIN -> Reload.RESTART;
                };
    }

    /// The name in a file.
    public String name() {
        return name;
    }

    /// Other names for the same.
    public List<String> aliases() {
        return List.copyOf(aliases);
    }

    public Scope scope() {
        return scope;
    }

    public ValueType<T> type() {
        return type;
    }

    /// The value if nobody sets it.
    public T defaultValue() {
        return defaultValue;
    }

    /// The default for the documentation.
    public String defaultText() {
        return defaultText.isEmpty() ? type.show(defaultValue) : defaultText;
    }

    public Priority priority() {
        return priority;
    }

    public Reload reload() {
        return reload;
    }

    /// The oldest series of Mosquitto that knows it.
    public MosquittoVersion since() {
        return since;
    }

    /// True if its value must not be shown.
    public boolean isSecret() {
        return isSecret;
    }

    /// True if it begins with `hawker_`: Mosquitto refuses it.
    public boolean isOwn() {
        return priority == Priority.OWN;
    }

    /// One line of documentation.
    public String meaning() {
        return meaning;
    }

    /// What is different here from Mosquitto; empty if nothing is.
    public String here() {
        return here;
    }

    /// What to use instead; empty if the option is not deprecated.
    public String deprecated() {
        return deprecated;
    }

    /// The option under which [Settings] hold the value: another one if both set the same.
    Option<T> key() {
        return storedAs.orElse(this);
    }

    @Override
    public String toString() {
        return name;
    }

    // What follows builds the table and is not for others.

    static <T> Option<T> of(String name, Scope scope, ValueType<T> type, T defaultValue) {
        return new Option<>(name, scope, type, defaultValue);
    }

    static <T> Option<Optional<T>> optional(String name, Scope scope, ValueType<T> type) {
        return new Option<>(name, scope, new ValueTypes.Maybe<>(type), Optional.empty());
    }

    static <T> Option<List<T>> list(String name, Scope scope, ValueType<T> type, int most) {
        return new Option<>(name, scope, new ValueTypes.Several<>(type, most), List.of());
    }

    Option<T> alias(String other) {
        aliases.add(other);
        return this;
    }

    Option<T> priority(Priority value) {
        priority = value;
        return this;
    }

    Option<T> reload(Reload value) {
        reload = value;
        return this;
    }

    Option<T> since(MosquittoVersion value) {
        since = value;
        return this;
    }

    Option<T> secret() {
        isSecret = true;
        return this;
    }

    Option<T> storedAs(Option<T> other) {
        storedAs = Optional.of(other);
        return this;
    }

    Option<T> means(String text) {
        meaning = text;
        return this;
    }

    Option<T> here(String text) {
        here = text;
        return this;
    }

    Option<T> deprecated(String text) {
        deprecated = text;
        return this;
    }

    Option<T> defaultText(String text) {
        defaultText = text;
        return this;
    }
}
