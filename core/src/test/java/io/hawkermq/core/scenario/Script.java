package io.hawkermq.core.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A scenario's text. Lines that begin at the margin are commands; the indented lines after each
/// are the packets that all clients together get because of it, those of one client in their order.
/// `#` at the margin or after two spaces begins a comment.
///
/// @param name for people
record Script(String name, List<Step> steps) {
    /// @param line its number in the file, from 1
    /// @param expected what clients get, in the order of the file
    record Step(int line, String command, List<String> expected) {
        /// The words of the command that are no options.
        List<String> words() {
            List<String> words = new ArrayList<>();
            for (String word : command.split(" +")) {
                if (!word.contains("=")) {
                    words.add(word);
                }
            }
            return words;
        }

        String word(int i) {
            if (i >= words().size()) {
                throw new IllegalArgumentException("line " + line + " lacks a word: " + command);
            }
            return words().get(i);
        }

        int number(int i) {
            return Integer.parseInt(word(i));
        }

        /// True if the word stands somewhere in the command.
        boolean has(String word) {
            return words().contains(word);
        }

        /// What stands behind `name=`, or `otherwise`.
        String option(String name, String otherwise) {
            return options().getOrDefault(name, otherwise);
        }

        long option(String name, long otherwise) {
            return Long.parseLong(option(name, Long.toString(otherwise)));
        }

        private Map<String, String> options() {
            Map<String, String> options = new LinkedHashMap<>();
            for (String word : command.split(" +")) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    options.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
            return options;
        }
    }

    static Script parse(String name, List<String> lines) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = Objects.requireNonNull(lines.get(i));
            int comment = line.indexOf("  #");
            String text = (comment < 0 ? line : line.substring(0, comment)).stripTrailing();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            if (!text.startsWith(" ")) {
                steps.add(new Step(i + 1, text, new ArrayList<>()));
            } else if (steps.isEmpty()) {
                throw new IllegalArgumentException(name + " begins with an expectation: " + text);
            } else {
                steps.getLast().expected().add(text.strip());
            }
        }
        return new Script(name, steps);
    }
}
