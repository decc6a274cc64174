package io.hawkermq.broker;

import java.io.PrintWriter;
import java.io.StringWriter;

/// The text of an exception that is a fault of this program, for the log.
final class Stacks {
    private Stacks() {}

    static String of(Throwable fault) {
        StringWriter text = new StringWriter();
        fault.printStackTrace(new PrintWriter(text));
        return text.toString().strip();
    }
}
