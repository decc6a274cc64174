package io.hawkermq.broker.security;

import io.hawkermq.core.AccessControl.Principal;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.access.PasswordHash;
import io.hawkermq.mosquitto.dynsec.Kicks;
import io.hawkermq.mosquitto.dynsec.SecurityCommands;
import io.hawkermq.mosquitto.dynsec.SecurityFile;
import io.hawkermq.mosquitto.dynsec.SecurityFileException;
import io.hawkermq.mosquitto.dynsec.SecurityModel;
import io.hawkermq.mosquitto.dynsec.SecurityRules;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// The clients, groups and roles that are in force, and the file that they are kept in. Commands
/// change them one message after the other; event loops read what is in force from one volatile
/// reference. A change is in force, and on the disk, before its answer is sent.
public final class DynamicSecurity {
    private final SecurityFile file;
    private final EventLog log;
    private final SecureRandom random;
    private SecurityModel model;
    private volatile SecurityRules rules;

    private DynamicSecurity(
            SecurityFile file, SecurityModel model, SecureRandom random, EventLog log) {
        this.file = file;
        this.model = model;
        this.random = random;
        this.log = log;
        rules = new SecurityRules(model);
    }

    /// Reads the file, or makes it if there is none.
    ///
    /// @param passwordFile with the password of the user `admin` of a new file, or null
    /// @param given that password, if there is no such file, or null for a random one
    /// @throws SecurityFileException if the file cannot be used or made
    public static DynamicSecurity open(
            Path path, @Nullable Path passwordFile, @Nullable String given, EventLog log)
            throws SecurityFileException {
        SecurityFile file = new SecurityFile(path);
        SecureRandom random = new SecureRandom();
        if (!file.exists()) {
            String source =
                    file.create(passwordFile, given, random, password -> hash(password, random));
            log.log(
                    LogLevel.NOTICE,
                    "Dynamic security has made the file " + file.path() + "; " + source + ".");
        }
        DynamicSecurity security = new DynamicSecurity(file, file.read(), random, log);
        security.rules.notices().forEach(n -> log.log(LogLevel.WARNING, n + "."));
        return security;
    }

    private static String hash(String password, SecureRandom random) {
        return PasswordHash.pbkdf2(
                        password.getBytes(StandardCharsets.UTF_8),
                        PasswordHash.DEFAULT_ITERATIONS,
                        random)
                .encoded();
    }

    /// What the file says, and what was in force when it was read.
    public record Reread(SecurityModel file, SecurityModel inForce) {
        public boolean isChanged() {
            return !file.equals(inForce);
        }
    }

    public Path file() {
        return file.path();
    }

    /// Reads the file anew, and changes nothing.
    ///
    /// @throws SecurityFileException if it cannot be used
    public synchronized Reread reread() throws SecurityFileException {
        return new Reread(file.read(), model);
    }

    /// Decides by what was read from now on, unless a command has changed something meanwhile: then
    /// the file has that.
    ///
    /// @return whom it concerns
    public synchronized Kicks take(Reread read) {
        if (!read.isChanged() || !model.equals(read.inForce())) {
            return Kicks.NOBODY;
        }
        SecurityModel before = model;
        model = read.file();
        rules = new SecurityRules(model);
        rules.notices().forEach(n -> log.log(LogLevel.WARNING, n + "."));
        log.log(LogLevel.NOTICE, "Dynamic security has changed with its file " + file.path() + ".");
        return Kicks.between(before, model);
    }

    /// What is in force; by any thread.
    public SecurityRules rules() {
        return rules;
    }

    /// Does what a message of commands says. Takes time for hashes and for the disk, so not on an
    /// event loop.
    public synchronized SecurityCommands.Result execute(
            byte[] payload, Principal sender, SecurityCommands.Connections connections) {
        SecurityCommands.Result result =
                SecurityCommands.execute(
                        model, payload, password -> hash(password, random), connections);
        if (result.isChanged()) {
            model = result.model();
            rules = new SecurityRules(model);
            log.log(
                    LogLevel.INFORMATION,
                    "Dynamic security changed by "
                            + sender.clientId()
                            + "/"
                            + sender.userName()
                            + ", change "
                            + model.changeIndex()
                            + ".");
            save();
        }
        return result;
    }

    /// A full disk must not keep an administrator from locking somebody out, so the change holds.
    private void save() {
        try {
            file.write(model);
        } catch (SecurityFileException e) {
            log.log(
                    LogLevel.ERROR,
                    "A change of dynamic security is in force but will be lost with the next"
                            + " start: "
                            + e.getMessage());
        }
    }
}
