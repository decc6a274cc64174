package io.hawkermq.mosquitto.access;

import io.hawkermq.mosquitto.FileReason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// The lines of one file, as Mosquitto's three formats share them: UTF-8, ended by a line feed, at
/// most [#MOST_BYTES] in all.
final class Lines {
    /// Two million entries; more belong into a database.
    static final int MOST_BYTES = 64 << 20;

    private static final int LONGEST_QUOTE = 100;

    private final String file;
    private final byte[] content;
    private int position;
    private int number;

    Lines(String file, byte[] content) {
        this.file = file;
        this.content = content;
    }

    static Lines of(Path path) throws AccessFileException {
        String file = path.toString();
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(MOST_BYTES + 1);
            if (content.length > MOST_BYTES) {
                throw new AccessFileException(
                        file,
                        0,
                        "the file has more than " + MOST_BYTES + " bytes, which are allowed");
            }
            return new Lines(file, content);
        } catch (NoSuchFileException e) {
            throw new AccessFileException(file, 0, "the file does not exist");
        } catch (IOException | SecurityException e) {
            throw new AccessFileException(file, 0, "the file cannot be read: " + FileReason.of(e));
        }
    }

    String file() {
        return file;
    }

    /// The number of the line that [#next] returned last, from 1.
    int number() {
        return number;
    }

    boolean hasNext() {
        return position < content.length;
    }

    /// The next line without its line feed.
    String next() throws AccessFileException {
        int end = position;
        while (end < content.length && content[end] != '\n') {
            end++;
        }
        int start = position;
        position = end + 1;
        number++;
        for (int i = start; i < end; i++) {
            if (content[i] == 0) {
                throw fault("a null byte was read, allowed is text");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw fault("bytes that are not UTF-8 were read, allowed is UTF-8");
        }
    }

    /// A fault in the line that [#next] returned last.
    AccessFileException fault(String what) {
        return new AccessFileException(file, number, what);
    }

    /// In quotes, cut and without control characters, for a message of one line.
    static String quoted(String text) {
        String cut =
                text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "...";
        StringBuilder out = new StringBuilder(cut.length() + 2).append('\'');
        for (int i = 0; i < cut.length(); i++) {
            char c = cut.charAt(i);
            out.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '?' : c);
        }
        return out.append('\'').toString();
    }

    /// Without the white space around it; white space is C's, not Unicode's.
    static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isSpace(text.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
