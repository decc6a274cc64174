package io.hawkermq.broker;

import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import io.hawkermq.mosquitto.PluginConfiguration;
import io.hawkermq.store.Durability;
import java.nio.file.Path;

/// What Mosquitto's plugin persist-sqlite is asked for: here the broker's own store, beside the file
/// that the plugin would have.
///
/// @param database Mosquitto's file, which is not touched
/// @param isUnsynced if a power cut may cost the last seconds
record SqliteSettings(Path database, boolean isUnsynced) {
    private static final String DEFAULT_NAME = "mosquitto.sqlite3";

    static SqliteSettings of(PluginConfiguration plugin, Configuration configuration) {
        Path location = configuration.value(GlobalOptions.PERSISTENCE_LOCATION).orElse(Path.of(""));
        return new SqliteSettings(
                plugin.option("db_file").map(Path::of).orElse(location.resolve(DEFAULT_NAME)),
                plugin.option("sync").orElse("").equals("off")
                        && !configuration.global().isSet(HawkerOptions.DURABILITY));
    }

    /// @param configured what the options beside the plugin ask for
    Persistence persistence(Persistence configured) {
        Path parent = database.getParent();
        return new Persistence(
                parent == null ? Path.of("") : parent,
                configured.fileName(),
                isUnsynced ? Durability.OS : configured.durability());
    }
}
