package io.hawkermq.broker;

import io.hawkermq.broker.Arguments.Dialect;
import io.hawkermq.mosquitto.ConfigurationException;
import java.io.IOException;
import java.util.List;

/// `hawker COMMAND`: the broker, which runs until it is told to stop, and what goes with it.
public final class Main {
    private static final int WRONG_ARGUMENTS = 3;

    private static final String USAGE =
            """
            Usage: hawker COMMAND ...; each has --help.

              broker     runs the broker
              check      says what a configuration file means
              acl        explains which line of an access control list decides
              reload     has a running broker read its files again, or says what would change
              store      looks at what is kept on disk: stats, check, export, backup
              mosquitto  runs the broker with Mosquitto's command line and lines
              --version  prints the version

            Tools, for any broker:
              pub        publishes messages
              sub        prints the messages that come
              rr         sends a request and prints the answer
              passwd     writes password files
              ctrl       administers brokers: dynamic security, listeners
              bench      puts load on a broker and measures it
            """;

    private Main() {}

    public static void main(String[] words) throws InterruptedException {
        String command = words.length == 0 ? "" : words[0];
        List<String> rest = List.of(words).subList(Math.min(1, words.length), words.length);
        try {
            switch (command) {
                case "broker" -> BrokerCommand.run(rest, Dialect.HAWKER);
                case "mosquitto" -> BrokerCommand.run(rest, Dialect.MOSQUITTO);
                case "check" -> {
                    int status = CheckCommand.run(rest, System.out);
                    if (status != 0) {
                        System.exit(status);
                    }
                }
                case "reload" -> {
                    int status = ReloadCommand.run(rest, System.out);
                    if (status != 0) {
                        System.exit(status);
                    }
                }
                case "acl" -> AclCommand.run(rest, System.out);
                case "store" -> {
                    if (!StoreCommand.run(rest, System.out, System.err)) {
                        System.exit(StartException.CANNOT_OPEN);
                    }
                }
                case "--version" -> BrokerCommand.run(List.of(command), Dialect.HAWKER);
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
        } catch (ConfigurationException e) {
            System.err.println(e.text());
            System.exit(e.exitStatus());
        } catch (StartException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(e.exitStatus());
        }
    }

    /// What the launcher trains its cache with; not for people, so not in the help.
    private static void rehearse() {
        try {
            Rehearsal.run();
        } catch (StartException | IOException | ConfigurationException e) {
            System.err.println("Error: " + e.getMessage());
            System.exit(StartException.CANNOT_OPEN);
        }
    }
}
