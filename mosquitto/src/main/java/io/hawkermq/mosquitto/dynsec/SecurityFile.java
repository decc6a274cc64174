package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.FileReason;
import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The file that dynamic security is kept in, `plugin_opt_config_file`.
///
/// It is replaced as a whole: the new content goes to a file beside it, to the disk, and then takes
/// its name. A crash leaves the old content or the new, never a part, and a reader sees one of them.
/// Files that this makes can be read by their owner alone, as they have password hashes.
public final class SecurityFile {
    private static final String PASSWORD_CHARACTERS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-=_+[]{}@#~,./<>?";
    private static final int PASSWORD_LENGTH = 20;
    private static final int LEAST_GIVEN_PASSWORD = 12;

    /// Far beyond what a million clients need.
    private static final long MOST_BYTES = 1L << 30;

    private final Path path;

    public SecurityFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    public Path path() {
        return path;
    }

    /// What the file says.
    ///
    /// @throws SecurityFileException if it cannot be read or is no JSON object
    public SecurityModel read() throws SecurityFileException {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new SecurityFileException(path + ": it is larger than a gigabyte");
            }
            return parse(Files.readAllBytes(path));
        } catch (NoSuchFileException e) {
            throw new SecurityFileException(path + ": there is no such file");
        } catch (IOException e) {
            throw new SecurityFileException(path + ": it cannot be read: " + FileReason.of(e));
        } catch (JsonException e) {
            throw new SecurityFileException(path + ": " + e.getMessage());
        }
    }

    /// @throws JsonException if it is no JSON object
    static SecurityModel parse(byte[] content) throws JsonException, SecurityFileException {
        if (Json.parse(content) instanceof Json.Members tree) {
            return ModelJson.read(tree);
        }
        throw new SecurityFileException("allowed is a JSON object, read was something else");
    }

    /// As [#write] writes it.
    static byte[] format(SecurityModel model) {
        return ModelJson.write(model).indented();
    }

    /// Replaces the content; it is on the disk when this returns.
    ///
    /// @throws SecurityFileException if it cannot be written; then the old content stays
    public void write(SecurityModel model) throws SecurityFileException {
        Path target = path;
        try {
            // A link stays one: what it leads to is replaced.
            target = Files.exists(path) ? path.toRealPath() : path;
            Path fresh = target.resolveSibling(target.getFileName() + ".new");
            Files.deleteIfExists(fresh);
            make(fresh, format(model));
            Files.move(
                    fresh,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            Path folder = target.getParent();
            if (folder != null) {
                try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                    directory.force(true);
                }
            }
        } catch (IOException e) {
            throw new SecurityFileException(target + ": it cannot be written: " + FileReason.of(e));
        }
    }

    private static void make(Path file, byte[] content) throws IOException {
        FileAttribute<?>[] owner =
                file.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------"))
                        }
                        : new FileAttribute<?>[0];
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        owner)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    public boolean exists() {
        return Files.exists(path);
    }

    /// Makes the file with a user `admin`, as Mosquitto does. Its password is the first line of
    /// `passwordFile`, else what the environment gives, else a random one that is written to a
    /// file of the same name with `.pw` behind it; then there is also a user `democlient`.
    ///
    /// @param passwordFile `plugin_opt_password_init_file`, or null
    /// @param given the value of `MOSQUITTO_DYNSEC_PASSWORD`, or null
    /// @param hash makes of a password what is kept of it
    /// @return where the password comes from, for a person
    /// @throws SecurityFileException if there is no password, or a file cannot be written
    public String create(
            @Nullable Path passwordFile,
            @Nullable String given,
            SecureRandom random,
            Function<String, String> hash)
            throws SecurityFileException {
        if (passwordFile != null) {
            write(InitialModel.of(firstLine(passwordFile), null, hash));
            return "the password of user 'admin' is that of the file " + passwordFile;
        }
        if (given != null) {
            if (given.length() < LEAST_GIVEN_PASSWORD) {
                throw new SecurityFileException(
                        path
                                + ": it is not made, as MOSQUITTO_DYNSEC_PASSWORD has "
                                + given.length()
                                + " characters; allowed are "
                                + LEAST_GIVEN_PASSWORD
                                + " or more");
            }
            write(InitialModel.of(given, null, hash));
            return "the password of user 'admin' is that of MOSQUITTO_DYNSEC_PASSWORD";
        }
        String admin = password(random);
        String demo = password(random);
        Path passwords = path.resolveSibling(path.getFileName() + ".pw");
        try {
            make(
                    passwords,
                    ("admin " + admin + "\ndemoclient " + demo + "\n")
                            .getBytes(StandardCharsets.UTF_8));
        } catch (FileAlreadyExistsException e) {
            throw new SecurityFileException(
                    passwords + ": it exists, so no new passwords are written; remove it first");
        } catch (IOException e) {
            throw new SecurityFileException(
                    passwords + ": it cannot be written: " + FileReason.of(e));
        }
        write(InitialModel.of(admin, demo, hash));
        return "the passwords of users 'admin' and 'democlient' are in " + passwords;
    }

    private static String firstLine(Path file) throws SecurityFileException {
        try (var lines = Files.lines(file)) {
            String line = lines.findFirst().orElse("").stripTrailing();
            if (!line.isEmpty()) {
                return line;
            }
            throw new SecurityFileException(file + ": its first line has no password");
        } catch (IOException | java.io.UncheckedIOException e) {
            throw new SecurityFileException(
                    file + ": the password cannot be read: " + FileReason.of(e));
        }
    }

    private static String password(SecureRandom random) {
        StringBuilder password = new StringBuilder();
        for (int i = 0; i < PASSWORD_LENGTH; i++) {
            password.append(
                    PASSWORD_CHARACTERS.charAt(random.nextInt(PASSWORD_CHARACTERS.length())));
        }
        return password.toString();
    }
}
