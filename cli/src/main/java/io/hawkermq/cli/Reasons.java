package io.hawkermq.cli;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;

/// What the system says of a failure, in the words that C programs have for it.
final class Reasons {
    private Reasons() {}

    static String of(IOException e) {
        return switch (e) {
            case NoSuchFileException ignored -> "No such file or directory";
            case FileNotFoundException ignored -> "No such file or directory";
            case AccessDeniedException ignored -> "Permission denied";
            case FileSystemLoopException ignored -> "Too many levels of symbolic links";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> {
                String message = e.getMessage();
                yield message == null ? e.getClass().getSimpleName() : message;
            }
        };
    }
}
