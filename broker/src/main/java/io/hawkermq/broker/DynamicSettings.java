package io.hawkermq.broker;

import io.hawkermq.broker.security.DynamicSecurity;
import io.hawkermq.core.EventLog;
import io.hawkermq.mosquitto.ListenerConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.mosquitto.PluginConfiguration.BuiltIn;
import io.hawkermq.mosquitto.dynsec.SecurityFile;
import io.hawkermq.mosquitto.dynsec.SecurityFileException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// What a configuration says about dynamic security of a listener.
///
/// @param passwordFile with the first password of the user `admin`
record DynamicSettings(Path file, Optional<Path> passwordFile) {
    /// Empty if the listener does not use it.
    ///
    /// @throws StartException if it does not say which file it means, or is there twice
    static Optional<DynamicSettings> of(ListenerConfiguration listener) throws StartException {
        Optional<DynamicSettings> found = Optional.empty();
        for (PluginConfiguration plugin : listener.plugins()) {
            if (plugin.builtIn() != BuiltIn.DYNAMIC_SECURITY) {
                continue;
            }
            DynamicSettings settings = of(plugin);
            if (found.isPresent() && !found.get().equals(settings)) {
                throw fault(plugin, "is used twice with different files");
            }
            found = Optional.of(settings);
        }
        return found;
    }

    private static DynamicSettings of(PluginConfiguration plugin) throws StartException {
        String file = plugin.option("config_file").orElse("");
        if (file.isEmpty()) {
            throw fault(plugin, "needs the line 'plugin_opt_config_file FILE' below it");
        }
        try {
            return new DynamicSettings(
                    Path.of(file), plugin.option("password_init_file").map(Path::of));
        } catch (InvalidPathException e) {
            throw fault(plugin, "names a file with an impossible name");
        }
    }

    private static StartException fault(PluginConfiguration plugin, String what) {
        return StartException.of(plugin, what, StartException.WRONG_CONFIGURATION);
    }

    /// Reads the file, or makes it.
    ///
    /// @throws StartException if it cannot be used
    DynamicSecurity open(EventLog log) throws StartException {
        try {
            return DynamicSecurity.open(
                    file,
                    passwordFile.orElse(null),
                    System.getenv("MOSQUITTO_DYNSEC_PASSWORD"),
                    log);
        } catch (SecurityFileException e) {
            throw fault(e);
        }
    }

    /// Reads the file if it exists, and makes none.
    ///
    /// @throws StartException if it cannot be used
    void check() throws StartException {
        SecurityFile existing = new SecurityFile(file);
        if (existing.exists()) {
            try {
                var _ = existing.read();
            } catch (SecurityFileException e) {
                throw fault(e);
            }
        }
    }

    static StartException fault(SecurityFileException e) {
        return new StartException(
                "Dynamic security: " + e.getMessage() + ".", StartException.WRONG_CONFIGURATION);
    }
}
