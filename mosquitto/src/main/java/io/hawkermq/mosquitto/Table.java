package io.hawkermq.mosquitto;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A part of the table while it is written: one row after the other, all of one scope.
final class Table {
    private final Scope scope;
    private final List<Option<?>> rows;

    Table(Scope scope) {
        this(scope, new ArrayList<>());
    }

    private Table(Scope scope, List<Option<?>> rows) {
        this.scope = scope;
        this.rows = rows;
    }

    /// The same table for rows of another scope.
    Table in(Scope other) {
        return new Table(other, rows);
    }

    List<Option<?>> rows() {
        return List.copyOf(rows);
    }

    private <T> Option<T> row(Option<T> option) {
        rows.add(option);
        return option;
    }

    <T> Option<T> value(String name, ValueType<T> type, T defaultValue) {
        return row(Option.of(name, scope, type, defaultValue));
    }

    <T> Option<Optional<T>> optional(String name, ValueType<T> type) {
        return row(Option.optional(name, scope, type));
    }

    <T> Option<List<T>> list(String name, ValueType<T> type, int most) {
        return row(Option.list(name, scope, type, most));
    }

    Option<Boolean> flag(String name, boolean defaultValue) {
        return value(name, new ValueTypes.Flag(), defaultValue);
    }

    Option<Integer> number(String name, int least, int most, int defaultValue) {
        return value(name, ValueTypes.Whole.integer(least, most), defaultValue);
    }

    /// A text that may be given once.
    Option<Optional<String>> text(String name, String allowed) {
        return optional(name, new ValueTypes.Text(allowed, true, 65_535, ""));
    }

    /// A text of which the last line counts.
    Option<Optional<String>> lastText(String name, String allowed) {
        return optional(name, new ValueTypes.Text(allowed, false, 65_535, ""));
    }

    /// A path that may be given once.
    Option<Optional<Path>> path(String name, String allowed) {
        return optional(name, new ValueTypes.File(allowed, true));
    }

    /// A path of which the last line counts.
    Option<Optional<Path>> lastPath(String name, String allowed) {
        return optional(name, new ValueTypes.File(allowed, false));
    }
}
