package io.hawkermq.cli;

import io.hawkermq.mosquitto.access.PasswordHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `passwd`: makes and changes password files. A file is replaced as a whole or not at all, and
/// keeps its owner and permissions; a new one can be read by its owner only.
///
/// Options stand before the file, and words are read as Mosquitto's tool reads them.
final class PasswdCommand {
    private static final int LONGEST = 65_535;

    private static final String USAGE =
            """
            mosquitto_passwd is a tool for managing password files for mosquitto.

            Usage: mosquitto_passwd [-H HASH] [-I N] [-c | -D] FILE USER
                   mosquitto_passwd [-H HASH] [-I N] [-c] -b FILE USER PASSWORD
                   mosquitto_passwd [-H HASH] -U FILE

             -b : the password is the last argument instead of being asked for.
             -c : begin a new file, whatever was there before; - writes to the standard output.
             -D : delete the user.
             -H : argon2id, sha512-pbkdf2 (the default) or sha512 (as 1.6 and earlier wrote it).
             -I : iterations of sha512-pbkdf2, 1 or more.
             -U : hash the passwords of a file that has them as plain text.
            """;

    private enum Hashing {
        SHA512,
        PBKDF2,
        ARGON2ID
    }

    /// Ends the run after its message was printed.
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Failure(int status) {
            super(null, null, false, false);
            this.status = status;
        }
    }

    private final Stdio io;
    private final Prompt prompt;
    private final SecureRandom random = new SecureRandom();
    private Hashing hashing = Hashing.PBKDF2;
    private int iterations = -1;
    private boolean isBatch;
    private boolean isNew;
    private boolean isDeletion;
    private boolean isUpgrade;

    private PasswdCommand(Stdio io) {
        this.io = io;
        this.prompt = new Prompt(io);
    }

    /// @return the exit status: 0, 1, or 2 for two passwords that differ
    static int run(List<String> words, Stdio io) {
        try {
            return new PasswdCommand(io).run(words);
        } catch (Failure e) {
            return e.status;
        }
    }

    private int run(List<String> words) throws Failure {
        if (words.isEmpty()) {
            io.out().print(USAGE);
            return 1;
        }
        List<String> rest = words.subList(options(words), words.size());
        checkOptions();
        if (rest.size() != expected(rest)) {
            return complain();
        }
        String user = rest.size() > 1 ? rest.get(1) : null;
        String password = isBatch && rest.size() > 2 ? rest.get(2) : null;
        if (user != null) {
            checkName(user);
        }
        if (password != null && password.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw failure("Error: Password must be less than 65536 characters long.");
        }
        if (isNew) {
            create(rest.getFirst(), java.util.Objects.requireNonNull(user), password);
        } else {
            change(rest.getFirst(), user, password);
        }
        return 0;
    }

    /// @return the index of the first word that is no option
    private int options(List<String> words) throws Failure {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            switch (word) {
                case "-b" -> isBatch = true;
                case "-c" -> isNew = true;
                case "-D" -> isDeletion = true;
                case "-U" -> isUpgrade = true;
                case "-H", "-I" -> {
                    if (++i == words.size()) {
                        throw failure(
                                "Error: "
                                        + word
                                        + " argument given but not enough other arguments.");
                    }
                    valued(word, words.get(i));
                }
                default -> {
                    return i;
                }
            }
        }
        return words.size();
    }

    private void valued(String option, String value) throws Failure {
        if (option.equals("-I")) {
            iterations = CNumbers.leadingInt(value);
            if (iterations < 1) {
                throw failure("Error: Number of iterations must be > 0.");
            }
            return;
        }
        hashing =
                switch (value) {
                    case "argon2id" -> Hashing.ARGON2ID;
                    case "sha512-pbkdf2" -> Hashing.PBKDF2;
                    case "sha512" -> Hashing.SHA512;
                    default -> throw failure("Error: Unknown hash type '" + value + "'");
                };
    }

    private void checkOptions() throws Failure {
        together(isNew && isDeletion, "-c and -D");
        together(isNew && isUpgrade, "-c and -U");
        together(isDeletion && isUpgrade, "-D and -U");
        together(isDeletion && isBatch, "-b and -D");
    }

    private void together(boolean areBoth, String options) throws Failure {
        if (areBoth) {
            throw failure("Error: " + options + " cannot be used together.");
        }
    }

    /// How many words have to follow the options; with `-c` and `-D` more are ignored.
    private int expected(List<String> rest) {
        int least = isUpgrade ? 1 : isBatch ? 3 : 2;
        return isNew || isDeletion ? Math.max(least, rest.size()) : least;
    }

    private int complain() {
        if (isNew) {
            io.err()
                    .println(
                            isBatch
                                    ? "Error: -c argument given but password file, username, or password"
                                            + " missing."
                                    : "Error: -c argument given but password file or username missing.");
        } else if (isDeletion) {
            io.err().println("Error: -D argument given but password file or username missing.");
        } else if (isUpgrade) {
            io.err().println("Error: -U argument given but password file missing.");
        } else {
            io.out().print(USAGE);
        }
        return 1;
    }

    private void checkName(String user) throws Failure {
        if (user.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw failure("Error: Username must be less than 65536 characters long.");
        }
        if (user.chars().anyMatch(c -> c < ' ' || c == 127)) {
            throw failure("Error: Username must not contain control characters.");
        }
        if (user.indexOf(':') >= 0) {
            throw failure("Error: Username must not contain the ':' character.");
        }
        if (!isDeletion) {
            checkIsReadAgain(user);
        }
    }

    /// Refuses what Mosquitto's tool would write though no broker reads it as this user: a file with
    /// an empty name is not loaded at all, `#` begins a comment, and white space around is taken away.
    private void checkIsReadAgain(String user) throws Failure {
        if (user.isEmpty()) {
            throw failure("Error: Username must not be empty.");
        }
        if (user.startsWith("#")) {
            throw failure("Error: Username must not begin with '#', it would be a comment.");
        }
        if (!user.equals(user.strip())) {
            throw failure("Error: Username must not begin or end with white space.");
        }
    }

    private void create(String file, String user, @Nullable String given) throws Failure {
        String password = given == null ? ask() : given;
        if (file.equals("-")) {
            io.out().println(line(user, password));
            return;
        }
        byte[] content = (line(user, password) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            SafeFile.replace(resolved(file), content);
        } catch (IOException e) {
            throw failure(
                    "Error: Unable to open file " + file + " for writing. " + Reasons.of(e) + ".");
        }
        io.out().println("Adding password for user " + user);
    }

    private void change(String file, @Nullable String user, @Nullable String given) throws Failure {
        Path path;
        String content;
        try {
            path = resolved(file);
            content = Files.readString(path, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw failure(
                    "Error: Unable to open password file " + file + ". " + Reasons.of(e) + ".");
        }
        List<String> changed;
        if (isUpgrade || user == null) {
            changed = upgraded(content);
        } else if (isDeletion) {
            changed = without(content, user);
        } else {
            changed = with(content, user, given == null ? ask() : given);
        }
        try {
            SafeFile.replace(path, String.join("", changed).getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw failure("Error occurred updating password file: " + Reasons.of(e));
        }
    }

    /// One line of a file, taken apart as brokers do.
    ///
    /// @param text with its line break
    /// @param user empty for a comment or an empty line, which stay as they are
    private record Entry(String text, String user, String password) {
        boolean isUser() {
            return !user.isEmpty();
        }
    }

    private List<Entry> entries(String content) throws Failure {
        List<Entry> entries = new ArrayList<>();
        int number = 0;
        int from = 0;
        while (from < content.length()) {
            int end = content.indexOf('\n', from);
            int next = end < 0 ? content.length() : end + 1;
            String text = content.substring(from, next);
            from = next;
            number++;
            if (text.startsWith("#") || text.isBlank()) {
                entries.add(new Entry(text, "", ""));
                continue;
            }
            List<String> parts = new ArrayList<>();
            for (String part : text.split(":", -1)) {
                if (!part.isEmpty() && parts.size() < 2) {
                    parts.add(part.strip());
                }
            }
            if (parts.size() < 2 || parts.get(0).isEmpty() || parts.get(1).isEmpty()) {
                throw failure("Error: Corrupt password file at line " + number + ".");
            }
            entries.add(new Entry(text, parts.get(0), parts.get(1)));
        }
        return entries;
    }

    private List<String> upgraded(String content) throws Failure {
        List<Entry> entries = entries(content);
        if (entries.isEmpty()) {
            throw new Failure(1);
        }
        if (entries.stream().noneMatch(Entry::isUser)) {
            throw failure("Error: There is no user in the password file.");
        }
        List<String> lines = new ArrayList<>();
        for (Entry entry : entries) {
            if (!entry.isUser() || PasswordHash.isEncoded(entry.password)) {
                lines.add(entry.text);
            } else {
                byte[] password = entry.password.getBytes(StandardCharsets.ISO_8859_1);
                lines.add(entry.user + ":" + hash(password) + "\n");
            }
        }
        return lines;
    }

    private List<String> without(String content, String user) throws Failure {
        List<String> lines = new ArrayList<>();
        boolean isFound = false;
        for (Entry entry : entries(content)) {
            if (entry.isUser() && entry.user.equals(latin(user))) {
                isFound = true;
            } else {
                lines.add(entry.text);
            }
        }
        if (!isFound) {
            throw failure("Warning: User " + user + " not found in password file.");
        }
        return lines;
    }

    private List<String> with(String content, String user, String password) throws Failure {
        List<String> lines = new ArrayList<>();
        boolean isFound = false;
        for (Entry entry : entries(content)) {
            if (!isFound && entry.user.equals(latin(user))) {
                isFound = true;
                lines.add(latin(line(user, password)) + "\n");
            } else {
                lines.add(entry.text);
            }
        }
        io.out().println((isFound ? "Updating" : "Adding") + " password for user " + user);
        if (!isFound) {
            if (!lines.isEmpty() && !lines.getLast().endsWith("\n")) {
                lines.set(lines.size() - 1, lines.getLast() + "\n");
            }
            lines.add(latin(line(user, password)) + "\n");
        }
        return lines;
    }

    /// Files are handled as bytes, a character each, so that what is not UTF-8 survives.
    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private String line(String user, String password) {
        return user + ":" + hash(password.getBytes(StandardCharsets.UTF_8));
    }

    private String hash(byte[] password) {
        return switch (hashing) {
            case PBKDF2 ->
                    PasswordHash.pbkdf2(
                                    password,
                                    iterations > 0 ? iterations : PasswordHash.DEFAULT_ITERATIONS,
                                    random)
                            .encoded();
            case ARGON2ID -> PasswordHash.argon2id(password, random).encoded();
            case SHA512 -> sha512(password);
        };
    }

    private String sha512(byte[] password) {
        byte[] salt = new byte[12];
        random.nextBytes(salt);
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-512");
            digest.update(password);
            Base64.Encoder base64 = Base64.getEncoder();
            return "$6$"
                    + base64.encodeToString(salt)
                    + "$"
                    + base64.encodeToString(digest.digest(salt));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-512", e);
        }
    }

    private String ask() throws Failure {
        String first = askOnce("Password: ");
        String second = askOnce("Reenter password: ");
        if (!first.equals(second)) {
            io.err().println("Error: Passwords do not match.");
            throw new Failure(2);
        }
        return first;
    }

    private String askOnce(String question) throws Failure {
        String answer = prompt.secret(question);
        if (answer == null || answer.isEmpty()) {
            throw failure("Error: Empty password.");
        }
        return answer;
    }

    private static Path resolved(String file) throws IOException {
        Path path = Path.of(file);
        try {
            return path.toRealPath();
        } catch (NoSuchFileException e) {
            return path;
        }
    }

    private Failure failure(String message) {
        io.out().flush();
        io.err().println(message);
        return new Failure(1);
    }
}
