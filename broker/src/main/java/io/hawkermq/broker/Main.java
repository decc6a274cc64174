package io.hawkermq.broker;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// `hawker COMMAND`: the broker, which runs until it is told to stop, and what goes with it.
public final class Main {
    private static final int WRONG_ARGUMENTS = 3;
    private static final int CANNOT_START = 1;
    private static final long HEAP_LOOK_SECONDS = 10;

    private static final String USAGE =
            """
            Usage: hawker COMMAND ...; each has --help.

              broker  runs the broker
              acl     explains which line of an access control list decides
              store   looks at what is kept on disk: stats, check, export, backup
            """;

    private Main() {}

    public static void main(String[] words) throws InterruptedException {
        String command = words.length == 0 ? "" : words[0];
        List<String> rest = List.of(words).subList(Math.min(1, words.length), words.length);
        try {
            switch (command) {
                case "broker" -> broker(rest);
                case "acl" -> AclCommand.run(rest, System.out);
                case "store" -> {
                    if (!StoreCommand.run(rest, System.out, System.err)) {
                        System.exit(CANNOT_START);
                    }
                }
                case "rehearse" -> rehearse();
                default -> {
                    System.err.print(USAGE);
                    System.exit(
                            command.isEmpty() || command.equals("--help") ? 0 : WRONG_ARGUMENTS);
                }
            }
        } catch (Arguments.WrongException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(WRONG_ARGUMENTS);
        } catch (StartException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(CANNOT_START);
        }
    }

    private static void broker(List<String> words)
            throws Arguments.WrongException, StartException, InterruptedException {
        Arguments arguments = Arguments.parse(words);
        switch (arguments.action()) {
            case HELP -> System.out.print(Arguments.HELP);
            case VERSION -> System.out.println("hawker version " + Version.hawker());
            case RUN -> run(arguments.options());
        }
    }

    /// What the launcher trains its cache with; not for people, so not in the help.
    private static void rehearse() {
        try {
            Rehearsal.run();
        } catch (StartException | IOException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(CANNOT_START);
        }
    }

    private static void run(BrokerOptions options) throws StartException, InterruptedException {
        EventLog log = options.log();
        log.log(LogLevel.NOTICE, "hawker version " + Version.hawker() + " starting");
        log.log(
                LogLevel.NOTICE,
                "Starting in local only mode: connections are possible from this machine only, as long as there is no"
                        + " configuration file.");
        Broker broker = Broker.start(options);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> {
                            log.log(
                                    LogLevel.NOTICE,
                                    "hawker version " + Version.hawker() + " terminating");
                            broker.close();
                            if (log instanceof ConsoleLog console) {
                                console.flush();
                            }
                            stopped.countDown();
                            // A signal would otherwise make it 143 or 130; a clean stop is 0.
                            Runtime.getRuntime().halt(0);
                        }));
        log.log(LogLevel.NOTICE, "hawker version " + Version.hawker() + " running");
        HeapCare heapCare = HeapCare.ofThisProcess();
        while (!stopped.await(HEAP_LOOK_SECONDS, TimeUnit.SECONDS)) {
            heapCare.look();
        }
    }
}
