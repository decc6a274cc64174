package io.hawkermq.mosquitto;

import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/// Why a file cannot be used, in words for the message that names the file already: Java's own
/// repeat its name, and often say nothing else.
public final class FileReason {
    private FileReason() {}

    /// Part of a sentence, without a name.
    public static String of(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileSystemException f when f.getReason() != null -> lowerCase(f.getReason());
            case FileNotFoundException f -> inParentheses(String.valueOf(f.getMessage()));
            default -> e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        };
    }

    /// Of `/the/name (No such file or directory)`, as streams have it.
    private static String inParentheses(String message) {
        int open = message.lastIndexOf('(');
        return open >= 0 && message.endsWith(")")
                ? lowerCase(message.substring(open + 1, message.length() - 1))
                : message;
    }

    private static String lowerCase(String reason) {
        return reason.isEmpty()
                ? reason
                : Character.toLowerCase(reason.charAt(0)) + reason.substring(1);
    }
}
