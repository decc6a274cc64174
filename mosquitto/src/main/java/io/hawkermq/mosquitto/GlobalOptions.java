package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.MosquittoVersion.V2_0;
import static io.hawkermq.mosquitto.MosquittoVersion.V2_1;
import static io.hawkermq.mosquitto.Priority.P0;
import static io.hawkermq.mosquitto.Priority.P2;
import static io.hawkermq.mosquitto.Priority.X;
import static io.hawkermq.mosquitto.Reload.NEW_CONNECTIONS;
import static io.hawkermq.mosquitto.Reload.RESTART;

import io.hawkermq.mosquitto.ValueTypes.Whole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The rows for settings of the whole broker.
public final class GlobalOptions {
    private static final Table TABLE = new Table(Scope.GLOBAL);

    // Files and process.

    static final Option<Optional<Path>> INCLUDE_DIR =
            TABLE.lastPath("include_dir", "a directory")
                    .priority(P0)
                    .means(
                            "Reads all files of this directory whose names end in `.conf`, sorted by"
                                    + " name, at this place. Only in the main file. A listener,"
                                    + " bridge or plugin of one file is over at its end.");

    public static final Option<Boolean> PER_LISTENER_SETTINGS =
            TABLE.flag("per_listener_settings", false)
                    .priority(P0)
                    .reload(RESTART)
                    .deprecated("Use the options that begin with `listener_`.")
                    .means(
                            "Makes the access options belong to the listener above them. Must stand"
                                    + " before them and cannot be taken back.");

    public static final Option<Optional<Path>> PID_FILE =
            TABLE.path("pid_file", "a path")
                    .reload(RESTART)
                    .means("Writes the number of the process into this file.");

    public static final Option<String> USER =
            TABLE.value(
                            "user",
                            new ValueTypes.Text("the name of a user", false, 255, ""),
                            "mosquitto")
                    .reload(RESTART)
                    .means("The user to run as if the broker is started by root.")
                    .here(
                            "Linux only, and only with a configuration file. If the default does not"
                                    + " exist, `nobody`. See operations.md.");

    // Log.

    public static final Option<List<LogDestination>> LOG_DEST =
            TABLE.value(
                            "log_dest",
                            new CompoundTypes.LogDestinations(),
                            List.<LogDestination>of(LogDestination.Place.STDERR))
                    .priority(P0)
                    .means(
                            "Where log lines go; `topic` is `$SYS/broker/log/#`, `none` forgets the"
                                    + " lines above.")
                    .here("`dlt` and `android` are accepted and ignored.");

    public static final Option<Set<LogType>> LOG_TYPE =
            TABLE.value(
                            "log_type",
                            new CompoundTypes.LogTypes(),
                            (Set<LogType>)
                                    EnumSet.of(
                                            LogType.ERROR,
                                            LogType.WARNING,
                                            LogType.NOTICE,
                                            LogType.INFORMATION))
                    .priority(P0)
                    .means("Which log lines are written; `none` forgets the lines above.");

    public static final Option<Boolean> CONNECTION_MESSAGES =
            TABLE.flag("connection_messages", true)
                    .means("Logs when clients connect and disconnect.");

    public static final Option<Boolean> LOG_TIMESTAMP =
            TABLE.flag("log_timestamp", true).means("Begins each log line with the time.");

    public static final Option<Optional<String>> LOG_TIMESTAMP_FORMAT =
            TABLE.text("log_timestamp_format", "a format as of strftime")
                    .means("How the time is written; without it as seconds since 1970.");

    public static final Option<Optional<Integer>> LOG_FACILITY =
            TABLE.optional("log_facility", Whole.integer(0, 7))
                    .priority(P2)
                    .defaultText("daemon")
                    .means("The facility local0 to local7 for `log_dest syslog`.");

    public static final Option<Integer> SYS_INTERVAL =
            TABLE.number("sys_interval", 0, 65_535, 10)
                    .means("Seconds between updates of `$SYS`; 0 for none.");

    // Store.

    public static final Option<Boolean> PERSISTENCE =
            TABLE.flag("persistence", false)
                    .alias("retained_persistence")
                    .priority(P0)
                    .reload(RESTART)
                    .means("Keeps sessions, their messages and retained messages on disk.")
                    .here("Each message is stored when it comes, see `hawker_durability`.");

    public static final Option<Optional<Path>> PERSISTENCE_LOCATION =
            TABLE.path("persistence_location", "a directory")
                    .priority(P0)
                    .reload(RESTART)
                    .defaultText("the working directory")
                    .means(
                            "The directory of the store. The environment variable"
                                    + " MOSQUITTO_PERSISTENCE_LOCATION wins over it.");

    public static final Option<String> PERSISTENCE_FILE =
            TABLE.value(
                            "persistence_file",
                            new ValueTypes.Text("the name of a file", true, 255, ""),
                            "mosquitto.db")
                    .reload(RESTART)
                    .means("The name of the file in that directory.")
                    .here(
                            "Messages are in a directory beside it; a name of one's own names that,"
                                    + " too, and removing the file empties the store.");

    public static final Option<Integer> AUTOSAVE_INTERVAL =
            TABLE.value("autosave_interval", Whole.integer(0, Integer.MAX_VALUE).raising(), 1800)
                    .means(
                            "Seconds between snapshots of the store, or changes if"
                                    + " `autosave_on_changes` is true; 0 for none.")
                    .here("Nothing waits for a snapshot; accepted as a hint.");

    public static final Option<Boolean> AUTOSAVE_ON_CHANGES =
            TABLE.flag("autosave_on_changes", false)
                    .priority(P2)
                    .means("Counts `autosave_interval` in changes.");

    public static final Option<Optional<Duration>> PERSISTENT_CLIENT_EXPIRATION =
            TABLE.value(
                            "persistent_client_expiration",
                            new CompoundTypes.Expiration(),
                            Optional.<Duration>empty())
                    .defaultText("never")
                    .means("Ends the session of a client that has not come back for this time.");

    // Limits.

    public static final Option<Integer> MAX_PACKET_SIZE =
            TABLE.value(
                            "max_packet_size",
                            Whole.integer(20, Integer.MAX_VALUE)
                                    .refusing("'max_packet_size' must be >= 20."),
                            2_000_000)
                    .reload(NEW_CONNECTIONS)
                    .means("Bytes of the largest packet that a client may send; it is told.");

    public static final Option<Integer> MESSAGE_SIZE_LIMIT =
            TABLE.number("message_size_limit", 0, 268_435_455, 0)
                    .deprecated("Use `max_packet_size`.")
                    .means(
                            "Bytes of the largest payload; a larger one is dropped. 0 for no limit.");

    public static final Option<Integer> MAX_INFLIGHT_MESSAGES =
            TABLE.value(
                            "max_inflight_messages",
                            new Whole<>(
                                    0,
                                    65_535,
                                    true,
                                    false,
                                    "",
                                    "'max_inflight_messages' must be <= 65535.",
                                    n -> n == 65_535 ? 0 : (int) n,
                                    Integer::longValue),
                            20)
                    .reload(NEW_CONNECTIONS)
                    .means(
                            "QoS 1 and 2 messages that are in flight to a client; 1 keeps their"
                                    + " order, 0 or 65535 is no limit. If it is not set, a client that"
                                    + " acknowledges promptly gets more, up to 1000.");

    public static final Option<Long> MAX_INFLIGHT_BYTES =
            TABLE.value("max_inflight_bytes", Whole.large(0, Long.MAX_VALUE).raising(), 0L)
                    .priority(P2)
                    .reload(NEW_CONNECTIONS)
                    .means("The same in bytes of payload; 0 for no limit.");

    public static final Option<Integer> MAX_QUEUED_MESSAGES =
            TABLE.value("max_queued_messages", Whole.integer(0, Integer.MAX_VALUE).raising(), 1000)
                    .priority(P0)
                    .means("Messages that wait for one client beside those; 0 for no limit.");

    public static final Option<Long> MAX_QUEUED_BYTES =
            TABLE.value("max_queued_bytes", Whole.large(0, Long.MAX_VALUE).raising(), 0L)
                    .means(
                            "The same in bytes of payload, Topic Name and properties; 0 for no limit.");

    public static final Option<Boolean> QUEUE_QOS0_MESSAGES =
            TABLE.flag("queue_qos0_messages", false)
                    .means(
                            "Keeps QoS 0 messages too for clients that are away, within the same"
                                    + " limits.");

    public static final Option<Long> MEMORY_LIMIT =
            TABLE.value("memory_limit", Whole.large(0, Long.MAX_VALUE), 0L)
                    .priority(P2)
                    .means("Bytes of memory above which work is refused; 0 for no limit.")
                    .here("It bounds queues and buffers, not the memory of the JVM.");

    public static final Option<Integer> MAX_KEEPALIVE =
            TABLE.number("max_keepalive", 0, 65_535, 0)
                    .reload(NEW_CONNECTIONS)
                    .means(
                            "The longest Keep Alive in seconds: MQTT 5 clients are told, others are"
                                    + " refused; 0 for no limit.");

    public static final Option<Integer> GLOBAL_MAX_CLIENTS =
            TABLE.value("global_max_clients", Whole.integer(-1, Integer.MAX_VALUE).raising(), -1)
                    .since(V2_1)
                    .priority(P2)
                    .means("Sessions of the broker, with those of clients that are away.");

    public static final Option<Integer> GLOBAL_MAX_CONNECTIONS =
            TABLE.value(
                            "global_max_connections",
                            Whole.integer(-1, Integer.MAX_VALUE).raising(),
                            -1)
                    .since(V2_1)
                    .means("Connections of the broker.");

    public static final Option<Integer> PACKET_BUFFER_SIZE =
            TABLE.value(
                            "packet_buffer_size",
                            Whole.integer(0, 65_535)
                                    .refusing(
                                            "Packet buffer size must be between 0 and 65535"
                                                    + " inclusive."),
                            4096)
                    .alias("websockets_headers_size")
                    .since(V2_1)
                    .priority(P2)
                    .reload(NEW_CONNECTIONS)
                    .means("Bytes of the buffer for what a connection sends.")
                    .here("Read buffers belong to an event loop; it limits WebSocket headers.");

    // Messages.

    public static final Option<Boolean> RETAIN_AVAILABLE =
            TABLE.flag("retain_available", true)
                    .reload(NEW_CONNECTIONS)
                    .means("Allows retained messages.");

    public static final Option<Optional<Integer>> RETAIN_EXPIRY_INTERVAL =
            TABLE.optional(
                            "retain_expiry_interval",
                            Whole.integer(1, 10_000_000)
                                    .lowering()
                                    .refusing("'retain_expiry_interval' must be >= 1."))
                    .since(V2_0)
                    .priority(P2)
                    .means("Minutes between sweeps for retained messages that have expired.");

    public static final Option<Boolean> CHECK_RETAIN_SOURCE =
            TABLE.flag("check_retain_source", true)
                    .priority(P2)
                    .means(
                            "Asks before a retained message is sent whether its publisher might"
                                    + " still publish it.")
                    .here("True as Mosquitto's manual says; its code starts with false.");

    public static final Option<Boolean> UPGRADE_OUTGOING_QOS =
            TABLE.flag("upgrade_outgoing_qos", false)
                    .priority(P2)
                    .means(
                            "Delivers with the QoS of the subscription even if the message came"
                                    + " with a lower one, against the specification.");

    public static final Option<Boolean> ALLOW_DUPLICATE_MESSAGES =
            TABLE.flag("allow_duplicate_messages", true)
                    .priority(P2)
                    .deprecated("It will always be true.")
                    .means(
                            "Sends a client one copy for each of its subscriptions that match;"
                                    + " false sends one copy.")
                    .here("One copy is sent, at the highest QoS, whatever is set.");

    public static final Option<Boolean> SET_TCP_NODELAY =
            TABLE.flag("set_tcp_nodelay", false)
                    .reload(NEW_CONNECTIONS)
                    .means("Turns off Nagle's algorithm for connections of clients.")
                    .here("It is always turned off, as each write carries all that is ready.");

    public static final Option<Boolean> ENABLE_CONTROL_API =
            TABLE.flag("enable_control_api", false)
                    .since(V2_1)
                    .priority(P2)
                    .means("Answers requests to `$CONTROL/broker/v1`.");

    public static final Option<Optional<String>> CLIENTID_PREFIXES =
            TABLE.lastText("clientid_prefixes", "the beginning of a Client Identifier")
                    .priority(P2)
                    .reload(NEW_CONNECTIONS)
                    .deprecated("Use an ACL or a plugin.")
                    .means("Admits only clients whose Client Identifier begins so.");

    // Accepted, without effect.

    public static final Option<Optional<String>> WEBSOCKETS_LOG_LEVEL =
            TABLE.optional("websockets_log_level", new ValueTypes.Ignored())
                    .priority(X)
                    .means("What the library libwebsockets logs.")
                    .here("There is no such library; `log_type websockets` does it.");

    public static final Option<Optional<String>> RETRY_INTERVAL =
            TABLE.optional("retry_interval", new ValueTypes.Ignored())
                    .priority(X)
                    .means("Seconds until a message is sent again on the same connection.")
                    .here("Messages are sent again only after a reconnect, as in Mosquitto.");

    static final List<Option<?>> ROWS = TABLE.rows();

    private GlobalOptions() {}
}
