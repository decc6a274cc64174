package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.Priority.P0;
import static io.hawkermq.mosquitto.Priority.P2;
import static io.hawkermq.mosquitto.Reload.NEW_CONNECTIONS;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The rows for who may connect and do what. The settings of each [ListenerConfiguration] hold what
/// is in force there, wherever it was set.
public final class AccessOptions {
    private static final Table TABLE = new Table(Scope.ACCESS);

    public static final Option<Boolean> ALLOW_ANONYMOUS =
            TABLE.flag("allow_anonymous", false)
                    .priority(P0)
                    .reload(NEW_CONNECTIONS)
                    .defaultText("false; true if no listener is defined")
                    .means("Admits clients without a User Name.");

    public static final Option<Optional<Path>> PASSWORD_FILE =
            TABLE.lastPath("password_file", "a path")
                    .priority(P0)
                    .means("The file of User Names with hashes of their passwords.");

    public static final Option<Optional<Path>> ACL_FILE =
            TABLE.lastPath("acl_file", "a path")
                    .priority(P0)
                    .means("The file that says which topics a client may read and write.");

    public static final Option<Optional<Path>> PSK_FILE =
            TABLE.lastPath("psk_file", "a path")
                    .priority(P2)
                    .means("The file of identities with their keys for TLS-PSK.");

    public static final Option<Boolean> ALLOW_ZERO_LENGTH_CLIENTID =
            TABLE.flag("allow_zero_length_clientid", true)
                    .reload(NEW_CONNECTIONS)
                    .means("Makes up a Client Identifier for clients that send none.");

    public static final Option<String> AUTO_ID_PREFIX =
            TABLE.value(
                            "auto_id_prefix",
                            new ValueTypes.Text(
                                    "1 to 50 characters",
                                    true,
                                    50,
                                    "'auto_id_prefix' length must be <= 50."),
                            "auto-")
                    .reload(NEW_CONNECTIONS)
                    .deprecated("Use `listener_auto_id_prefix`.")
                    .means("What such a Client Identifier begins with.");

    static final List<Option<?>> ROWS = TABLE.rows();

    private AccessOptions() {}
}
