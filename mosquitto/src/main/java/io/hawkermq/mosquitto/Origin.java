package io.hawkermq.mosquitto;

/// Where a setting comes from.
public sealed interface Origin {
    /// A line of a file.
    ///
    /// @param file its name as it was given
    /// @param line counted from 1
    record InFile(String file, int line) implements Origin {
        @Override
        public String toString() {
            return file + ":" + line;
        }
    }

    /// An environment variable.
    record InEnvironment(String variable) implements Origin {
        @Override
        public String toString() {
            return "environment variable " + variable;
        }
    }

    /// A word of the command line.
    record OnCommandLine(String words) implements Origin {
        @Override
        public String toString() {
            return "command line: " + words;
        }
    }

    /// Nobody set it.
    ///
    /// @param why empty for a plain default, else what decided
    record Default(String why) implements Origin {
        @Override
        public String toString() {
            return why.isEmpty() ? "default" : "default, " + why;
        }
    }

    /// The default of the table.
    Origin DEFAULT = new Default("");
}
