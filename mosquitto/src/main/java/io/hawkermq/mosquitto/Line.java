package io.hawkermq.mosquitto;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of a file as Mosquitto cuts it: words are separated by spaces alone, so that a tab
/// belongs to its word. The first word is the name of the option.
final class Line {
    private final String text;
    private final Origin origin;
    private final List<Notice> notices;
    private final String name;
    private int at;

    /// @param notices takes what is to be said about the line
    Line(String text, Origin origin, List<Notice> notices) {
        this.text = text;
        this.origin = origin;
        this.notices = notices;
        String first = next();
        this.name = first == null ? "" : first;
    }

    /// The name of the option as written; empty for a blank line.
    String name() {
        return name;
    }

    Origin origin() {
        return origin;
    }

    /// The next word, null if there is none.
    final @Nullable String next() {
        return next(" ");
    }

    /// The next word with other separators.
    final @Nullable String next(String separators) {
        while (at < text.length() && separators.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        if (at >= text.length()) {
            return null;
        }
        int start = at;
        while (at < text.length() && separators.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        at = Math.min(at + 1, text.length());
        return word;
    }

    /// All that follows, without blanks at both ends; may be empty.
    String rest() {
        String rest = text.substring(at).strip();
        at = text.length();
        return rest;
    }

    /// All that follows up to a quotation mark, which is skipped; null if there is none.
    @Nullable String untilQuote() {
        int quote = text.indexOf('"', at);
        if (quote < 0) {
            return null;
        }
        String part = text.substring(at, quote);
        at = quote + 1;
        return part;
    }

    void warn(String message) {
        notices.add(new Notice(Notice.Level.WARNING, message, origin));
    }

    void note(String message) {
        notices.add(new Notice(Notice.Level.NOTICE, message, origin));
    }

    void inform(String message) {
        notices.add(new Notice(Notice.Level.INFORMATION, message, origin));
    }

    /// Says so if words follow that nobody reads; a comment may follow.
    void warnOfWordsLeft() {
        String word = next();
        if (word != null && !word.startsWith("#")) {
            warn(
                    "The words after the value of '"
                            + name
                            + "' are ignored, beginning with '"
                            + word
                            + "'. One line sets one value.");
        }
    }
}
