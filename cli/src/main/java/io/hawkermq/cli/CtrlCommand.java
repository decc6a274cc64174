package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import io.hawkermq.client.ClientGroup;
import io.hawkermq.client.ConnectionException;
import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.MqttException;
import io.hawkermq.client.Reconnect;
import io.hawkermq.client.RefusedException;
import io.hawkermq.client.Subscribe;
import io.hawkermq.client.Subscription;
import io.hawkermq.protocol.QoS;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// `ctrl`: administers a broker through its `$CONTROL` topics: one command, one answer.
final class CtrlCommand {
    /// What libmosquitto's numbers for wrong and unknown commands are.
    static final int INVALID = 3;

    private static final int NOT_SUPPORTED = 10;
    private static final int UNKNOWN = 13;
    private static final String BROKER_TOPIC = "$CONTROL/broker/v1";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Set<String> WITHOUT_VALUE =
            Set.of(
                    "-d",
                    "--debug",
                    "--insecure",
                    "-v",
                    "--verbose",
                    "--quiet",
                    "--tls-use-os-certs",
                    "--no-tls",
                    "--nodelay",
                    "--ws",
                    "--help",
                    "--version");

    private static final String USAGE =
            """

            General usage: mosquitto_ctrl <module> <module-command> <command-options>
            For module specific help use: mosquitto_ctrl <module> help

            Modules available: broker dynsec

            Options before the module: -h -p -L -u -P -i -q -V --unix --ws --cafile --capath --cert --key
            --insecure --proxy -A -o -d --quiet as for mosquitto_pub; -f FILE works on a file of the dynamic
            security plugin instead of a broker.
            """;

    private final Stdio io;
    private @Nullable String file;

    private CtrlCommand(Stdio io) {
        this.io = io;
    }

    /// @return the exit status
    static int run(List<String> words, Stdio io) {
        return new CtrlCommand(io).run(words);
    }

    private int run(List<String> words) {
        List<String> options = new ArrayList<>();
        int i = 0;
        while (i < words.size() && words.get(i).startsWith("-")) {
            String word = words.get(i++);
            if (word.equals("-f")) {
                if (i == words.size()) {
                    io.err().print("Error: -f argument given but no data file specified.\n\n");
                    usage();
                    return 1;
                }
                file = words.get(i++);
                continue;
            }
            options.add(word);
            if (!WITHOUT_VALUE.contains(word) && i < words.size()) {
                options.add(words.get(i++));
            }
        }
        ToolOptions o;
        try {
            o = OptionReader.read(Tool.CTRL, options, io);
        } catch (OptionsException e) {
            io.err().print(e.getMessage());
            if (e.wants() == OptionsException.Wants.VERSION) {
                io.out().print(Usage.version(Tool.CTRL.program()));
            } else {
                usage();
            }
            return 1;
        }
        List<String> rest = words.subList(i, words.size());
        if (rest.size() < 2) {
            usage();
            return words.isEmpty() ? 0 : 1;
        }
        return module(o, rest.get(0).toLowerCase(Locale.ROOT), rest.subList(1, rest.size()));
    }

    private void usage() {
        io.out().print("mosquitto_ctrl administers brokers.\n");
        io.out().print(Usage.version(Tool.CTRL.program()) + USAGE);
    }

    private int module(ToolOptions o, String module, List<String> words) {
        String command = words.getFirst();
        return switch (module) {
            case "broker" -> broker(o, command);
            case "dynsec" -> dynsec(o, command, words.subList(1, words.size()));
            default -> {
                io.err().println("Error: Module '" + module + "' not supported.");
                yield NOT_SUPPORTED;
            }
        };
    }

    private int broker(ToolOptions o, String command) {
        return switch (command.toLowerCase(Locale.ROOT)) {
            case "help" -> {
                io.out()
                        .print(
                                """
                                mosquitto_ctrl broker listPlugins     what is loaded into the broker
                                mosquitto_ctrl broker listListeners   where it listens
                                """);
                yield 0;
            }
            case "listplugins" -> exchange(o, BROKER_TOPIC, command("listPlugins"));
            case "listlisteners" -> exchange(o, BROKER_TOPIC, command("listListeners"));
            default -> {
                io.err().println("Command '" + command + "' not recognised.");
                yield UNKNOWN;
            }
        };
    }

    private static Json.Obj command(String name) {
        return new Json.Obj().with("command", name);
    }

    private int dynsec(ToolOptions o, String name, List<String> arguments) {
        Dynsec dynsec = new Dynsec(io);
        if (name.equalsIgnoreCase("help")) {
            io.out().print(Dynsec.HELP);
            return 0;
        }
        if (name.equalsIgnoreCase("init")) {
            return dynsec.init(arguments);
        }
        if (file != null && name.equalsIgnoreCase("setClientPassword")) {
            return dynsec.setPasswordInFile(file, arguments);
        }
        Json.Obj command;
        try {
            command = dynsec.command(name, arguments);
        } catch (Dynsec.NoPassword e) {
            // Nothing is done, and Mosquitto's tool has this status for it.
            io.err().println(e.getMessage());
            return 0;
        } catch (IllegalArgumentException e) {
            if (e.getMessage() != null) {
                io.err().println(e.getMessage());
            }
            io.err().println("Error: Invalid input.");
            return INVALID;
        }
        if (command == null) {
            io.err().println("Command '" + name + "' not recognised.");
            return UNKNOWN;
        }
        return exchange(o, "$CONTROL/dynamic-security/v1", command);
    }

    private int exchange(ToolOptions o, String topic, Json.Obj command) {
        if (o.port != ToolOptions.UNIX
                && o.caFile == null
                && o.caPath == null
                && !o.isTrustingSystem
                && o.port != 8883) {
            o.complain(
                    io,
                    "Warning: You are running mosquitto_ctrl without encryption.\n"
                            + "This means all of the configuration changes you are making are"
                            + " visible on the network, including passwords.\n\n");
        }
        try (ClientGroup threads = Connecting.threads()) {
            MqttClient client = Connecting.client(o, io, threads, Reconnect.never());
            Connecting.connect(client, o, io, new Trace(o, io));
            Subscription answers =
                    client.subscribe(Subscribe.to(topic + "/response").qos(QoS.of(o.qos)).build());
            client.releaseUnclaimed(); // it would use up the Receive Maximum
            Json.Obj request = new Json.Obj().with("commands", new Json.Array(List.of(command)));
            client.publish(
                    Message.to(topic)
                            .payload(request.print().getBytes(StandardCharsets.ISO_8859_1))
                            .qos(QoS.of(o.qos))
                            .build());
            IncomingMessage answer = answers.next(PATIENCE).orElse(null);
            client.disconnect();
            if (answer == null) {
                o.complain(io, "Error: Timeout.\n");
                return Connecting.TIMED_OUT;
            }
            new ControlAnswer(io).print(IncomingText.of(answer).payloadText());
            return 0;
        } catch (Failure e) {
            return e.status();
        } catch (RefusedException e) {
            o.complain(io, "Subscribe error: " + Connecting.reason(e.reasonCode()) + "\n");
            return e.reasonCode().code();
        } catch (ConnectionException e) {
            return Connecting.report(e.ending(), o, io);
        } catch (MqttException e) {
            o.complain(io, "Error: " + e.getMessage() + "\n");
            return 1;
        }
    }
}
