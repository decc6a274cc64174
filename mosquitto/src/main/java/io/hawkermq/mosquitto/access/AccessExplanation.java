package io.hawkermq.mosquitto.access;

/// Which line of an access control list decides a question, and why.
///
/// @param line from 1; 0 if no line decides
/// @param why for a person, without the file and the line
public record AccessExplanation(boolean isAllowed, String file, int line, String why) {
    /// Like `allowed by home.acl:12: topic read home/#`.
    @Override
    public String toString() {
        String verdict = isAllowed ? "allowed" : "denied";
        return line == 0 ? verdict + ": " + why : verdict + " by " + file + ":" + line + ": " + why;
    }
}
