package io.hawkermq.mosquitto.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of pre-shared keys for TLS, `IDENTITY:KEY` a line with the key in hexadecimal, as
/// Mosquitto reads it: a line that begins with `#` is a comment, one without a colon is nothing,
/// the first line of an identity counts.
public final class PskFile {
    /// Bytes of the longest key.
    public static final int LONGEST_KEY = 256;

    private static final int LONGEST_IDENTITY = 65_535;

    private final Map<String, byte[]> keys;
    private final List<String> notices;

    private PskFile(Map<String, byte[]> keys, List<String> notices) {
        this.keys = keys;
        this.notices = List.copyOf(notices);
    }

    /// @throws AccessFileException if it cannot be read, or a line of it
    public static PskFile read(Path path) throws AccessFileException {
        return parse(Lines.of(path));
    }

    /// @param file its name, for messages
    /// @throws AccessFileException if a line of it cannot be read
    public static PskFile parse(String file, byte[] content) throws AccessFileException {
        return parse(new Lines(file, content));
    }

    private static PskFile parse(Lines lines) throws AccessFileException {
        Map<String, byte[]> keys = new HashMap<>();
        List<String> notices = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("#") || line.indexOf(':') < 0) {
                continue;
            }
            List<String> parts =
                    Arrays.stream(line.split(":")).filter(p -> !p.isEmpty()).limit(2).toList();
            String identity = parts.isEmpty() ? "" : Lines.trimmed(parts.getFirst());
            String key = parts.size() < 2 ? "" : Lines.trimmed(parts.get(1));
            String wrong = faultOf(identity, key);
            if (wrong != null) {
                throw lines.fault(wrong);
            }
            if (keys.putIfAbsent(identity, bytes(key)) != null && notices.size() < 100) {
                notices.add(
                        lines.file()
                                + ":"
                                + lines.number()
                                + ": the identity "
                                + Lines.quoted(identity)
                                + " has a key already; this line is ignored");
            }
        }
        return new PskFile(keys, notices);
    }

    private static @Nullable String faultOf(String identity, String key) {
        if (identity.isEmpty()) {
            return "Empty identity in psk file: allowed is IDENTITY:KEY";
        }
        if (identity.getBytes(StandardCharsets.UTF_8).length > LONGEST_IDENTITY) {
            return "the identity has more than 65535 bytes";
        }
        String of = " for identity " + Lines.quoted(identity);
        if (key.isEmpty()) {
            return "Empty psk" + of + ": allowed is IDENTITY:KEY";
        }
        if (!key.chars().allMatch(HexFormat::isHexDigit)) {
            // The key itself stays out of messages and logs.
            return "psk"
                    + of
                    + " contains non-hexadecimal characters: allowed are 0-9, a-f and A-F";
        }
        if (key.length() > 2 * LONGEST_KEY) {
            return "psk" + of + " has " + key.length() + " digits, allowed are " + 2 * LONGEST_KEY;
        }
        return null;
    }

    /// The bytes of a key as Mosquitto's broker and tools take them: pairs `00` at the beginning are
    /// bytes, the rest is a number, so that a single zero before an even number of digits is nothing.
    ///
    /// @throws IllegalArgumentException if there is anything but hexadecimal digits
    public static byte[] bytes(String key) {
        if (key.length() % 2 == 0) {
            return HexFormat.of().parseHex(key);
        }
        int zeros = 0;
        while (key.startsWith("00", zeros)) {
            zeros += 2;
        }
        String number = key.substring(zeros);
        String even = number.startsWith("0") ? number.substring(1) : "0" + number;
        return HexFormat.of().parseHex(key.substring(0, zeros) + even);
    }

    /// The key of an identity, or null; a copy.
    public byte @Nullable [] key(String identity) {
        byte[] key = keys.get(identity);
        return key == null ? null : key.clone();
    }

    public Set<String> identities() {
        return Set.copyOf(keys.keySet());
    }

    /// What the operator should know though the file is accepted, one line each.
    public List<String> notices() {
        return notices;
    }
}
