package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.FileReason;
import io.hawkermq.mosquitto.GlobalOptions;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What becomes of a broker that root has started: once its ports are open and its files read it
/// goes on as the option `user` says, as Mosquitto does. Nothing leads back, so what it needs later
/// must be that user's: its store, log, pid file and sockets are given to it here, and of other files
/// that a reload will read the log says which it may not.
///
/// The user is looked up before anything is opened, so that a name that does not exist is said at
/// once.
final class UserSwitch {
    private static final String DEFAULT_USER = "mosquitto";
    private static final String FALLBACK = "nobody";
    private static final int MOST_NUMBER = 65_535;

    private final ProcessUser process;
    private final ProcessUser.Account account;
    private final EventLog log;

    private UserSwitch(ProcessUser process, ProcessUser.Account account, EventLog log) {
        this.process = process;
        this.account = account;
        this.log = log;
    }

    /// Null if the process stays what it is: it is not root's, or is to be root's.
    ///
    /// @param environment where `PUID` and `PGID` are, which container images know
    /// @throws StartException if there is no such user
    static @Nullable UserSwitch of(
            Configuration configuration, Map<String, String> environment, EventLog log)
            throws StartException {
        String wanted = configuration.value(GlobalOptions.USER);
        boolean hasNumbers = environment.containsKey("PUID") || environment.containsKey("PGID");
        if (!"root".equals(System.getProperty("user.name"))
                || (!hasNumbers && (wanted.isEmpty() || wanted.equals("root")))) {
            return null;
        }
        ProcessUser process = ProcessUser.ofThisPlatform();
        if (process == null) {
            log.log(
                    LogLevel.WARNING,
                    "Running as root: on this platform the broker cannot become another user. Start"
                            + " it as the user '"
                            + wanted
                            + "', or say 'user root' to be rid of this line.");
            return null;
        }
        if (hasNumbers) {
            ProcessUser.Account numbers =
                    new ProcessUser.Account(
                            null, number(environment, "PUID"), number(environment, "PGID"));
            return numbers.uid() == 0 && numbers.gid() == 0
                    ? null
                    : new UserSwitch(process, numbers, log);
        }
        return new UserSwitch(process, named(process, configuration, wanted, log), log);
    }

    private static int number(Map<String, String> environment, String variable)
            throws StartException {
        String text = environment.getOrDefault(variable, "0");
        if (text.matches("[0-9]{1,5}") && Integer.parseInt(text) <= MOST_NUMBER) {
            return Integer.parseInt(text);
        }
        throw new StartException(
                "The environment variable "
                        + variable
                        + " has the value '"
                        + text
                        + "', allowed is 0 to "
                        + MOST_NUMBER
                        + ".",
                StartException.WRONG_CONFIGURATION);
    }

    /// The default user may be missing, as with Mosquitto; one that somebody has named may not.
    private static ProcessUser.Account named(
            ProcessUser process, Configuration configuration, String wanted, EventLog log)
            throws StartException {
        ProcessUser.Account found = process.account(wanted);
        if (found == null && wanted.equals(DEFAULT_USER)) {
            log.log(
                    LogLevel.WARNING,
                    "Unable to drop privileges to 'mosquitto' because this user does not exist."
                            + " Trying 'nobody' instead.");
            found = process.account(FALLBACK);
        }
        if (found == null) {
            throw new StartException(
                    "Unable to drop privileges to '"
                            + wanted
                            + "' because this user does not exist. Name one that does, or say 'user"
                            + " root' to stay what it is. Error found at "
                            + configuration.global().origin(GlobalOptions.USER)
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
        return found;
    }

    /// Gives files away and becomes the user.
    ///
    /// @param own what the broker has made, files and directories with all that is in them; those
    ///     that are not there are passed over
    /// @param read what a reload will read
    /// @param replaced files for which others are made beside them
    /// @throws StartException if it cannot be done; the process must end then
    void perform(Collection<Path> own, Collection<Path> read, Collection<Path> replaced)
            throws StartException {
        // The class path may be where that user may not look; what is open stays open.
        openClassPath();
        for (Path path : own) {
            give(path);
        }
        process.become(account);
        log.log(LogLevel.NOTICE, "Running as " + name() + ", no longer as root.");
        List<String> unreadable = new ArrayList<>();
        for (Path file : read) {
            if (!Files.isReadable(file)) {
                unreadable.add(file.toString());
            }
        }
        for (Path file : replaced) {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null && !Files.isWritable(folder)) {
                log.log(
                        LogLevel.WARNING,
                        name()
                                + " may not write to "
                                + folder
                                + ": changes of "
                                + file
                                + " will be lost with the next start.");
            }
        }
        if (!unreadable.isEmpty()) {
            log.log(
                    LogLevel.WARNING,
                    name()
                            + " may not read "
                            + String.join(", ", unreadable)
                            + ": a reload will be refused.");
        }
    }

    private String name() {
        return account.name() == null
                ? "user " + account.uid() + ", group " + account.gid()
                : "user '" + account.name() + "'";
    }

    private static void openClassPath() {
        try {
            // Looks in every jar, and each stays open then.
            var _ =
                    UserSwitch.class
                            .getClassLoader()
                            .getResources("no/such/thing")
                            .hasMoreElements();
        } catch (IOException e) {
            // one that cannot be read now has never been needed
        }
    }

    private void give(Path top) {
        if (!Files.exists(top, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(
                    top,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path directory, BasicFileAttributes attributes) throws IOException {
                            giveOne(directory);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            // A link would give away what it leads to, which may be anything.
                            if (!attributes.isSymbolicLink() && !hasOtherNames(file, attributes)) {
                                giveOne(file);
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            log.log(
                    LogLevel.WARNING,
                    top + " cannot be given to " + name() + ": " + FileReason.of(e) + ".");
        }
    }

    private static boolean hasOtherNames(Path file, BasicFileAttributes attributes)
            throws IOException {
        return attributes.isRegularFile()
                && (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS) > 1;
    }

    private void giveOne(Path path) throws IOException {
        Files.setAttribute(path, "unix:uid", account.uid(), LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(path, "unix:gid", account.gid(), LinkOption.NOFOLLOW_LINKS);
    }
}
