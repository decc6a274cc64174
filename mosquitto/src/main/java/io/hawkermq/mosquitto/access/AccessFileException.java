package io.hawkermq.mosquitto.access;

/// A password, access control or key file cannot be used. The message is one line with the file,
/// the line, what was read and what is allowed; it never repeats a password.
public final class AccessFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int line;
    private final String fault;

    /// @param line from 1; 0 if the fault is not in one line
    AccessFileException(String file, int line, String fault) {
        super(
                line == 0 ? file + ": " + fault : file + ":" + line + ": " + fault,
                null,
                false,
                false);
        this.file = file;
        this.line = line;
        this.fault = fault;
    }

    /// The same in the order of Mosquitto's messages, which scripts know: what is wrong comes first.
    public String faultFirst() {
        return fault + ". Error found at " + file + (line == 0 ? "." : ":" + line + ".");
    }

    /// The file as it was named to the reader.
    public String file() {
        return file;
    }

    /// From 1; 0 if the fault is not in one line.
    public int line() {
        return line;
    }
}
