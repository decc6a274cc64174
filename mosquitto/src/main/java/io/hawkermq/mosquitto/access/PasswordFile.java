package io.hawkermq.mosquitto.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A file of user names and password hashes, `USER:HASH` a line, as Mosquitto reads it: a line
/// that begins with `#` is a comment, one without a colon is nothing, a user who comes twice is an
/// error.
///
/// A user who does not exist is checked like one of those who do, so that nobody can find out names
/// by the time that an answer takes.
public final class PasswordFile {
    private static final int LONGEST = 65_535;

    private final Map<String, PasswordHash> users;
    private final List<PasswordHash> decoys;
    private final int secret = new SecureRandom().nextInt();
    private final List<String> notices;

    private PasswordFile(Map<String, PasswordHash> users, List<String> notices) {
        this.users = users;
        this.decoys =
                users.isEmpty() ? List.of(nobody()) : users.values().stream().limit(1_000).toList();
        this.notices = List.copyOf(notices);
    }

    /// What is checked where there are no users at all.
    private static PasswordHash nobody() {
        byte[] password = new byte[32];
        SecureRandom random = new SecureRandom();
        random.nextBytes(password);
        return PasswordHash.pbkdf2(password, PasswordHash.DEFAULT_ITERATIONS, random);
    }

    /// @throws AccessFileException if it cannot be read, or a line of it
    public static PasswordFile read(Path path) throws AccessFileException {
        return parse(Lines.of(path));
    }

    /// @param file its name, for messages
    /// @throws AccessFileException if a line of it cannot be read
    public static PasswordFile parse(String file, byte[] content) throws AccessFileException {
        return parse(new Lines(file, content));
    }

    private static PasswordFile parse(Lines lines) throws AccessFileException {
        Map<String, PasswordHash> users = new HashMap<>();
        List<String> notices = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.startsWith("#")) {
                continue;
            }
            if (line.indexOf(':') < 0) {
                if (!Lines.trimmed(line).isEmpty() && notices.size() < 100) {
                    notices.add(
                            lines.file()
                                    + ":"
                                    + lines.number()
                                    + ": the line has no colon and is ignored");
                }
                continue;
            }
            readEntry(lines, line, users);
        }
        return new PasswordFile(users, notices);
    }

    private static void readEntry(Lines lines, String line, Map<String, PasswordHash> users)
            throws AccessFileException {
        // Several colons count as one, and what follows a third part means nothing.
        List<String> parts =
                Arrays.stream(line.split(":")).filter(p -> !p.isEmpty()).limit(2).toList();
        String user = parts.isEmpty() ? "" : Lines.trimmed(parts.getFirst());
        if (user.isEmpty()) {
            throw lines.fault("Empty username in password file: allowed is USER:HASH");
        }
        if (user.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw lines.fault(
                    "Invalid line in password file: the user name has more than 65535 bytes");
        }
        if (users.containsKey(user)) {
            throw lines.fault(
                    "Duplicate user "
                            + Lines.quoted(user)
                            + " in password file: allowed is one line for each user");
        }
        if (parts.size() < 2) {
            throw lines.fault(
                    (line.startsWith(":") ? "Invalid line" : "Unable to decode line")
                            + " in password file: user "
                            + Lines.quoted(user)
                            + " has no hash, allowed is USER:HASH");
        }
        try {
            users.put(user, PasswordHash.parse(Lines.trimmed(parts.get(1))));
        } catch (IllegalArgumentException e) {
            throw lines.fault(
                    "Unable to decode line in password file: user "
                            + Lines.quoted(user)
                            + ": "
                            + e.getMessage());
        }
    }

    /// The line of a password file for a user.
    ///
    /// @throws IllegalArgumentException for a name that no password file can hold: empty, longer
    ///     than 65,535 bytes, with a colon or a control character, with white space around it, or
    ///     beginning with `#`
    public static String line(String user, PasswordHash hash) {
        boolean hasControl = user.chars().anyMatch(Character::isISOControl);
        if (user.isEmpty()
                || user.startsWith("#")
                || user.indexOf(':') >= 0
                || hasControl
                || !user.equals(Lines.trimmed(user))
                || user.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException(
                    "the user name "
                            + Lines.quoted(user)
                            + " cannot stand in a password file: allowed are 1 to 65535 bytes"
                            + " without colons, control characters, white space at either end and"
                            + " a # at the beginning");
        }
        return user + ":" + hash.encoded();
    }

    /// True if the file has this user with this password. Takes as long for a user who does not
    /// exist; see [PasswordHash#matches].
    public boolean verify(String user, byte[] password) {
        PasswordHash hash = users.get(user);
        // The same decoy for the same name, else the spread of times would tell.
        PasswordHash decoy =
                decoys.get(Math.floorMod((user.hashCode() ^ secret) * 0x9E37_79B9, decoys.size()));
        boolean matches = (hash == null ? decoy : hash).matches(password);
        return hash != null && matches;
    }

    public Set<String> users() {
        return Set.copyOf(users.keySet());
    }

    /// The user's hash, or null.
    public @Nullable PasswordHash hash(String user) {
        return users.get(user);
    }

    /// What the operator should know though the file is accepted, one line each.
    public List<String> notices() {
        return notices;
    }
}
