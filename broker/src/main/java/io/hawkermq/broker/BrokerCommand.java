package io.hawkermq.broker;

import io.hawkermq.broker.Arguments.Dialect;
import io.hawkermq.broker.security.Changeover;
import io.hawkermq.core.AccessControl;
import io.hawkermq.core.LogLevel;
import io.hawkermq.mosquitto.Configuration;
import io.hawkermq.mosquitto.ConfigurationException;
import io.hawkermq.mosquitto.FileReason;
import io.hawkermq.mosquitto.GlobalOptions;
import io.hawkermq.mosquitto.HawkerOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// `hawker broker` and `mosquitto`: the life of the process from its command line to its exit
/// status, which is 0 after SIGTERM and SIGINT, 1 if something cannot be opened, 3 if something is
/// wrong in the command line, the configuration or a file that it names, and 13 for a plugin.
final class BrokerCommand {
    private static final long HEAP_LOOK_SECONDS = 10;

    private final Arguments arguments;
    private final String name;
    private final AtomicInteger exitStatus = new AtomicInteger();

    /// What signals speak to.
    private record Running(Broker broker, Reloading reloading, ServiceNotices notices) {
        void reload() {
            notices.reloading();
            boolean isDone = false;
            try {
                isDone = reloading.reload().isDone();
            } finally {
                // Whatever happened, clients are served; systemd would wait for it.
                notices.ready(isDone ? "Reloaded." : "Nothing was reloaded, see the log.");
            }
        }
    }

    /// What the end of the process must not forget, as far as the start has come. Who adds
    /// something holds the lock, and so does the end, until the process is gone.
    private final class Ending {
        private final LineLog log;
        private final CountDownLatch stopped = new CountDownLatch(1);
        private @Nullable Broker broker;
        private @Nullable Path pidFile;
        private @Nullable ControlSocket control;
        private @Nullable ServiceNotices notices;

        Ending(LineLog log) {
            this.log = log;
        }

        /// The process was told to end, perhaps while it starts.
        synchronized void end() {
            stopped.countDown();
            log.log(LogLevel.NOTICE, name + " terminating");
            if (notices != null) {
                notices.stopping();
            }
            close();
            log.flush();
            // A signal would otherwise make it 143 or 130; a clean stop is 0.
            Runtime.getRuntime().halt(exitStatus.get());
        }

        /// Closes what there is and leaves nothing behind.
        synchronized void close() {
            if (control != null) {
                control.close();
                control = null;
            }
            if (broker != null) {
                broker.close();
                broker = null;
            }
            if (pidFile != null) {
                delete(pidFile);
                pidFile = null;
            }
        }
    }

    private BrokerCommand(Arguments arguments, Dialect dialect) {
        this.arguments = arguments;
        this.name = version(dialect);
    }

    /// @param words behind the command
    /// @throws StartException if the broker cannot start
    /// @throws ConfigurationException with all errors of the configuration
    static void run(List<String> words, Dialect dialect)
            throws Arguments.WrongException,
                    ConfigurationException,
                    StartException,
                    InterruptedException {
        Arguments arguments = Arguments.parse(words, dialect);
        BrokerCommand command = new BrokerCommand(arguments, dialect);
        switch (arguments.action()) {
            case HELP -> System.out.print(help(dialect));
            case VERSION -> System.out.println(version(dialect));
            case TEST -> {
                Configuration configuration = arguments.configuration();
                FromConfiguration.check(configuration);
                System.err.println("Configuration file is OK.");
            }
            case RUN -> command.start(arguments.configuration());
        }
    }

    private static String help(Dialect dialect) {
        return switch (dialect) {
            case HAWKER -> Arguments.HELP;
            case MOSQUITTO ->
                    version(dialect)
                            + System.lineSeparator()
                            + System.lineSeparator()
                            + Arguments.HELP.replaceFirst(
                                    "Usage: .*",
                                    "Usage: mosquitto [-c config_file] [-d] [-h] [-p port] [-v]"
                                            + " [-o NAME=VALUE]... [--loops N]");
        };
    }

    /// Tools wait for `mosquitto version .* running`, and people should know what runs.
    private static String version(Dialect dialect) {
        return switch (dialect) {
            case HAWKER -> "hawker version " + Version.hawker();
            case MOSQUITTO ->
                    "mosquitto version " + Version.MOSQUITTO + " (hawker " + Version.hawker() + ")";
        };
    }

    private void start(Configuration configuration) throws StartException, InterruptedException {
        Unsupported.refuse(configuration);
        boolean isOpen =
                ListenersAccess.settings(configuration).values().stream()
                        .allMatch(AccessSettings.OPEN::equals);
        LineLog log = LineLog.open(LogSettings.of(configuration));
        log.log(LogLevel.NOTICE, name + " starting");
        report(configuration, log);
        // Without a file there is nothing that says who it is to be.
        @Nullable UserSwitch user =
                arguments.file().isEmpty()
                        ? null
                        : UserSwitch.of(configuration, System.getenv(), log);
        @Nullable ListenersAccess access =
                arguments.file().isEmpty() && isOpen
                        ? null
                        : ListenersAccess.open(configuration, log);
        CompletableFuture<Running> running = new CompletableFuture<>();
        // Before the port is open: whoever can connect may think that the broker is ready for all.
        handleSignals(running, log);
        Ending ending = new Ending(log);
        Thread hook = new Thread(ending::end);
        // Before the store is read, which may take long.
        Runtime.getRuntime().addShutdownHook(hook);
        Running serving;
        try {
            serving = serve(configuration, access, user, ending);
        } catch (StartException | RuntimeException e) {
            forget(hook);
            ending.close();
            throw e;
        }
        running.complete(serving);
        tellLauncher();
        if (arguments.file().isPresent()) {
            Reloading reloads = serving.reloading();
            new WatchedFiles(reloads::watched, reloads::reloadFiles).start();
        }
        HeapCare heapCare = HeapCare.ofThisProcess();
        while (!ending.stopped.await(HEAP_LOOK_SECONDS, TimeUnit.SECONDS)) {
            heapCare.look();
            log.reopenMoved();
        }
    }

    /// Starts the broker and what goes with it.
    private Running serve(
            Configuration configuration,
            @Nullable ListenersAccess access,
            @Nullable UserSwitch user,
            Ending ending)
            throws StartException {
        LineLog log = ending.log;
        Broker broker =
                Broker.start(
                        access == null
                                ? FromConfiguration.options(
                                        configuration, AccessControl.anonymous(), log)
                                : FromConfiguration.options(configuration, access, log));
        synchronized (ending) {
            ending.broker = broker;
        }
        log.publishBy(new LogTopics(broker));
        Reloading reloads =
                new Reloading(
                        arguments,
                        configuration,
                        broker,
                        log,
                        access,
                        this::exit,
                        Changeover.PATIENCE);
        synchronized (ending) {
            Optional<Path> pidFile = configuration.value(GlobalOptions.PID_FILE);
            if (pidFile.isPresent()) {
                write(pidFile.get(), configuration);
                ending.pidFile = pidFile.get();
            }
            ending.control = openControl(configuration, reloads, log);
        }
        if (user != null) {
            become(user, configuration, reloads, broker);
        }
        ServiceNotices notices = ServiceNotices.of(System.getenv(), log);
        synchronized (ending) {
            ending.notices = notices;
            log.log(LogLevel.NOTICE, name + " running");
            notices.ready(name + " running");
        }
        notices.watch(broker);
        return new Running(broker, reloads, notices);
    }

    /// The start has failed, and that has an exit status of its own.
    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process was told to end meanwhile, and does.
        }
    }

    /// A signal that comes during the start is answered after it.
    private static void handleSignals(CompletableFuture<Running> running, LineLog log) {
        Signals.handle(
                Map.of(
                        "HUP",
                        () -> running.thenAccept(Running::reload),
                        "USR1",
                        () ->
                                log.log(
                                        LogLevel.NOTICE,
                                        "Nothing to save: each message is stored when it comes."),
                        "USR2",
                        () -> running.thenAccept(r -> print(r.broker()))));
    }

    private static void print(Broker broker) {
        broker.operator()
                .subscriptions()
                .thenAccept(all -> SubscriptionTree.lines(all).forEach(System.out::println));
    }

    private void report(Configuration configuration, LineLog log) {
        FromConfiguration.tell(configuration, log);
        arguments
                .file()
                .ifPresent(f -> log.log(LogLevel.INFORMATION, "Config loaded from " + f + "."));
        if (configuration.isLocalOnly()) {
            log.log(
                    LogLevel.NOTICE,
                    "Starting in local only mode: connections are possible from this machine only,"
                            + " as long as there is no configuration file that defines a listener.");
        }
    }

    /// Once ports are open and files are read.
    private static void become(
            UserSwitch user, Configuration configuration, Reloading reloads, Broker broker)
            throws StartException {
        List<Path> own = new ArrayList<>(LogSettings.of(configuration).files());
        configuration.value(GlobalOptions.PID_FILE).ifPresent(own::add);
        ControlSocket.place(configuration).ifPresent(own::add);
        String launcher = System.getenv("HAWKER_READY");
        if (launcher != null) {
            own.add(Path.of(launcher).toAbsolutePath().resolveSibling("."));
        }
        if (broker.options().persistence() != null) {
            own.add(broker.options().persistence().directory());
        }
        for (Listener listener : broker.options().listeners()) {
            if (listener.address() instanceof Listener.Address.Unix unix) {
                own.add(unix.path());
            }
        }
        own.addAll(reloads.dynamicFiles());
        user.perform(own, reloads.everythingRead(), reloads.dynamicFiles());
    }

    /// With `-d` the script that started this process waits until this file is there.
    private static void tellLauncher() {
        String file = System.getenv("HAWKER_READY");
        if (file != null) {
            try {
                Files.createFile(Path.of(file));
            } catch (IOException e) {
                // it has gone
            }
        }
    }

    private static void write(Path pidFile, Configuration configuration) throws StartException {
        try {
            Files.writeString(
                    pidFile, ProcessHandle.current().pid() + "\n", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new StartException(
                    "Unable to write pid file "
                            + pidFile
                            + ": "
                            + FileReason.of(e)
                            + ". The directory must exist and be writable by this user. Error found"
                            + " at "
                            + configuration.global().origin(GlobalOptions.PID_FILE)
                            + ".");
        }
    }

    private static @Nullable ControlSocket openControl(
            Configuration configuration, Reloading reloads, LineLog log) throws StartException {
        Optional<Path> place = ControlSocket.place(configuration);
        try {
            return place.isEmpty() ? null : ControlSocket.open(place.get(), reloads, log);
        } catch (StartException e) {
            if (configuration.value(HawkerOptions.CONTROL_SOCKET).isEmpty()) {
                // Nobody asked for it: a path that is too long, say, must not keep it from
                // starting.
                log.log(LogLevel.WARNING, "'hawker reload' cannot be used: " + e.getMessage());
                return null;
            }
            throw e;
        }
    }

    private static void delete(Path pidFile) {
        try {
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            // the next start writes it anew
        }
    }

    private void exit(int status) {
        exitStatus.set(status);
        // Not on the thread of the signal, which the end of the process waits for.
        Thread.ofPlatform().name("hawker-exit").start(() -> System.exit(status));
    }
}
