package io.hawkermq.broker;

import io.hawkermq.broker.security.FileAccess;
import io.hawkermq.broker.security.FileAccess.AnonymousClients;
import io.hawkermq.mosquitto.AccessOptions;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.Option;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.access.AccessFileException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// What a configuration says about who may connect to a listener and do what.
record AccessSettings(
        Optional<Path> passwordFile, Optional<Path> aclFile, AnonymousClients anonymous) {

    /// Everybody may do everything.
    static final AccessSettings OPEN =
            new AccessSettings(Optional.empty(), Optional.empty(), AnonymousClients.ALLOWED);

    /// @throws StartException if a plugin does not say which file it means, or there are two
    static AccessSettings of(ListenerConfiguration listener) throws StartException {
        Optional<Path> passwordFile = listener.value(AccessOptions.PASSWORD_FILE);
        Optional<Path> aclFile = listener.value(AccessOptions.ACL_FILE);
        for (PluginConfiguration plugin : listener.plugins()) {
            switch (plugin.builtIn()) {
                case PASSWORD_FILE -> passwordFile = file(plugin, "password_file", passwordFile);
                case ACL_FILE -> aclFile = file(plugin, "acl_file", aclFile);
                case GO_AUTH -> {
                    GoAuthSettings goAuth = GoAuthSettings.of(plugin);
                    if (goAuth.hasFiles()) {
                        passwordFile =
                                file(plugin, GoAuthSettings.passwordOption(plugin), passwordFile);
                        String acl = GoAuthSettings.aclOption(plugin);
                        if (plugin.option(acl).isPresent()) {
                            aclFile = file(plugin, acl, aclFile);
                        }
                    }
                    if (goAuth.hasTokenList()) {
                        aclFile = file(plugin, GoAuthSettings.TOKEN_LIST, aclFile);
                    }
                }
                case DYNAMIC_SECURITY -> {} // see DynamicSettings
                case PERSIST_SQLITE, SPARKPLUG_AWARE -> {} // no matter of access
                default -> throw Unsupported.plugin(plugin);
            }
        }
        return new AccessSettings(
                passwordFile,
                aclFile,
                listener.value(AccessOptions.ALLOW_ANONYMOUS)
                        ? AnonymousClients.ALLOWED
                        : AnonymousClients.REFUSED);
    }

    /// Of a file of which no line can be read; which line asks for it, only if it is one of the
    /// option and not of a plugin.
    private static String asAWhole(
            AccessFileException e, Option<?> option, ListenerConfiguration listener) {
        String what = "Unable to use the " + option.name() + " " + e.getMessage() + ".";
        return listener.settings().isSet(option)
                ? what + " Error found at " + listener.settings().origin(option) + "."
                : what;
    }

    private static Optional<Path> file(
            PluginConfiguration plugin, String option, Optional<Path> other) throws StartException {
        String name = plugin.option(option).orElse("");
        if (name.isEmpty()) {
            throw new StartException(
                    "The plugin '"
                            + plugin.path()
                            + "' needs the line 'plugin_opt_"
                            + option
                            + " FILE' below it. Error found at "
                            + plugin.origin()
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
        if (other.isPresent()) {
            throw new StartException(
                    "The plugin '"
                            + plugin.path()
                            + "' names the file "
                            + name
                            + ", but "
                            + other.get()
                            + " is in force already; one "
                            + option
                            + " is allowed. Error found at "
                            + plugin.origin()
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException e) {
            throw new StartException(
                    "'plugin_opt_"
                            + option
                            + "' is no path. Error found at "
                            + plugin.origin()
                            + ".",
                    StartException.WRONG_CONFIGURATION);
        }
    }

    /// Reads the files.
    ///
    /// @param listener that these settings are of, for messages
    /// @throws StartException if one cannot be used
    FileAccess.Rules read(ListenerConfiguration listener) throws StartException {
        try {
            return FileAccess.Rules.read(
                    passwordFile.orElse(null), aclFile.orElse(null), anonymous);
        } catch (AccessFileException e) {
            boolean isPasswordFile =
                    passwordFile.isPresent() && e.file().equals(passwordFile.get().toString());
            Option<?> option =
                    isPasswordFile ? AccessOptions.PASSWORD_FILE : AccessOptions.ACL_FILE;
            throw new StartException(
                    e.line() == 0
                            ? asAWhole(e, option, listener)
                            : isPasswordFile ? e.faultFirst() : String.valueOf(e.getMessage()),
                    StartException.WRONG_CONFIGURATION);
        }
    }
}
