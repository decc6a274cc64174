package io.hawkermq.mosquitto;

import static io.hawkermq.mosquitto.Reload.NEW_CONNECTIONS;
import static io.hawkermq.mosquitto.Reload.RESTART;

import io.hawkermq.mosquitto.ValueTypes.Choice;
import io.hawkermq.mosquitto.ValueTypes.Whole;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The rows that Mosquitto does not have. Their names begin with `hawker_`, they may stand anywhere
/// and hold for the whole broker.
public final class HawkerOptions {
    /// What a reload does with a file that is wrong.
    public enum BrokenReload {
        /// The old settings stay in force.
        KEEP,
        /// The broker ends with exit status 3, as Mosquitto does.
        EXIT
    }

    private static final Table TABLE = new Table(Scope.GLOBAL);

    public static final Option<Durability> DURABILITY =
            own(
                    TABLE.value(
                                    "hawker_durability",
                                    new CompoundTypes.DurabilityWords(),
                                    new Durability.Always())
                            .reload(RESTART)
                            .means(
                                    "When a message counts as stored: when the disk has confirmed"
                                            + " it, when the next interval ends, or when the"
                                            + " operating system has it."));

    public static final Option<Optional<Integer>> LOOPS =
            own(
                    TABLE.optional("hawker_loops", Whole.integer(1, 64))
                            .reload(RESTART)
                            .defaultText("as many as there are cores, used when they are needed")
                            .means("Event loops over which sessions are spread from the start."));

    public static final Option<Optional<Long>> MAX_OFFLINE_BYTES =
            own(
                    TABLE.optional("hawker_max_offline_bytes", Whole.large(0, Long.MAX_VALUE))
                            .defaultText("a quarter of the heap")
                            .means(
                                    "Bytes in memory that wait for all offline sessions of a loop; what only the"
                                            + " disk has does not count."));

    public static final Option<Optional<Long>> MAX_WAITING_BYTES =
            own(
                    TABLE.optional("hawker_max_waiting_bytes", Whole.large(1 << 16, Long.MAX_VALUE))
                            .defaultText("an eighth of the heap")
                            .means("Bytes that wait for connected sessions of a loop."));

    public static final Option<Integer> MAX_OUTBOUND_BYTES =
            own(
                    TABLE.number("hawker_max_outbound_bytes", 1 << 12, 1 << 30, 1 << 20)
                            .reload(NEW_CONNECTIONS)
                            .means(
                                    "Unsent bytes of one connection beyond which it counts as"
                                            + " slow."));

    public static final Option<Integer> MAX_TOPIC_LEVELS =
            own(
                    TABLE.number("hawker_max_topic_levels", 1, 65_536, 201)
                            .reload(NEW_CONNECTIONS)
                            .means(
                                    "Levels of a Topic Name or Topic Filter; who sends more is"
                                            + " disconnected."));

    public static final Option<Integer> LOGIN_FAILURES =
            own(
                    TABLE.number("hawker_login_failures", 0, 1_000_000, 10)
                            .reload(RESTART)
                            .means(
                                    "Failed logins of one User Name from one address within"
                                            + " `hawker_login_window` after which these two are"
                                            + " banned together; 0 for no ban."));

    public static final Option<Integer> LOGIN_FAILURES_ADDRESS =
            own(
                    TABLE.number("hawker_login_failures_address", 0, 1_000_000, 100)
                            .reload(RESTART)
                            .means(
                                    "Failed logins of all User Names from one address after which"
                                            + " the address is banned; 0 for no ban."));

    public static final Option<Integer> LOGIN_WINDOW =
            own(
                    TABLE.number("hawker_login_window", 1, 86_400, 300)
                            .reload(RESTART)
                            .means("Seconds in which failed logins are counted."));

    public static final Option<Integer> LOGIN_BAN =
            own(
                    TABLE.number("hawker_login_ban", 1, 31_536_000, 300)
                            .reload(RESTART)
                            .means("Seconds that a ban lasts."));

    public static final Option<Integer> LOGIN_DELAY =
            own(
                    TABLE.number("hawker_login_delay", 0, 5_000, 100)
                            .reload(RESTART)
                            .means(
                                    "Milliseconds until the fourth failed login of one User Name"
                                            + " from one address is answered, doubled with each"
                                            + " further one up to 5000; 0 for no delay."));

    public static final Option<Boolean> REASON_STRINGS =
            own(
                    TABLE.flag("hawker_reason_strings", true)
                            .reload(NEW_CONNECTIONS)
                            .means(
                                    "Tells clients of MQTT 5.0 in words why they are refused or"
                                            + " disconnected. Mosquitto sends the code alone."));

    public static final Option<Boolean> RESPONSE_INFORMATION =
            own(
                    TABLE.flag("hawker_response_information", true)
                            .reload(NEW_CONNECTIONS)
                            .means(
                                    "Gives clients of MQTT 5.0 that ask for Response Information a"
                                            + " topic of their own for answers. Mosquitto gives"
                                            + " none."));

    public static final Option<BrokenReload> RELOAD_ON_ERROR =
            own(
                    TABLE.value(
                                    "hawker_reload_on_error",
                                    new Choice<>(
                                            ListenerOptions.ordered(
                                                    "keep",
                                                    BrokenReload.KEEP,
                                                    "exit",
                                                    BrokenReload.EXIT)),
                                    BrokenReload.KEEP)
                            .means(
                                    "What a reload does with a wrong file: keep the old settings,"
                                            + " or end the broker as Mosquitto does."));

    public static final Option<Boolean> WATCH_FILES =
            own(
                    TABLE.flag("hawker_watch_files", true)
                            .means(
                                    "Notices within seconds when files of passwords, access control"
                                            + " or certificates change, and reads them again as a"
                                            + " reload does. A wrong one leaves the old in"
                                            + " force."));

    public static final Option<Optional<Path>> CONTROL_SOCKET =
            own(
                    TABLE.path("hawker_control_socket", "a path")
                            .reload(RESTART)
                            .defaultText(
                                    "that of `pid_file` with `.control` behind it, if there is one")
                            .means(
                                    "The Unix socket through which `hawker reload` speaks to the"
                                            + " running broker; only its own user and root may."));

    static final List<Option<?>> ROWS = TABLE.rows();

    private HawkerOptions() {}

    private static <T> Option<T> own(Option<T> option) {
        return option.priority(Priority.OWN);
    }
}
