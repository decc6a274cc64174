package io.hawkermq.cli.load;

import io.hawkermq.client.Tls;
import io.hawkermq.protocol.ProtocolVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The words of one command line. All fields are set by [#read] and only read afterwards.
final class LoadOptions {
    /// The least payload: what [Stamp] needs.
    private static final int LARGEST_PAYLOAD = 16 << 20;

    private static final int MOST_CLIENTS = 1_000_000;
    private static final int MOST_SECONDS = 86_400;

    /// How many messages may be under way to one subscriber unless told otherwise: brokers keep
    /// 1,000 of them by default and drop what is more.
    private static final int UNDER_WAY_TO_ONE = 500;

    private static final int WINDOW = 20;

    /// The words are wrong; the message says how.
    static final class Wrong extends Exception {
        private static final long serialVersionUID = 1L;

        Wrong(String message) {
            super(message, null, false, false);
        }
    }

    final Scenario scenario;
    String host = "localhost";
    int port;
    ProtocolVersion version = ProtocolVersion.MQTT_5;
    @Nullable String userName;
    @Nullable String password;
    List<String> addresses = List.of();
    int keepAlive = 60;

    /// Seconds that subscribers' sessions outlive their connections; 0 for not at all.
    int sessionExpiryInterval;

    int qos;
    int size = 64;

    /// Messages, or connections, a second over all clients; 0 for as many as the broker takes.
    double rate;

    int clients;
    int publishers = 1;
    int subscribers = 1;
    int topics = 10_000;

    /// Messages of one publisher under way; 0 for no limit but the broker's.
    int window = -1;

    int seconds = 10;
    int warmUp = 3;

    /// Connections a second while the clients of a run connect; 0 for no limit.
    double connectRate;

    /// Connections that may be on their way at the same time.
    int connecting = 50;

    @Nullable String topic;
    int pid;
    boolean isJson;
    boolean isQuiet;

    /// Whether TLS sessions are resumed, as of a client that comes again.
    boolean isResuming;

    private boolean isTls;
    private boolean isInsecure;
    private @Nullable String caFile;
    private @Nullable String certificate;
    private @Nullable String key;

    private LoadOptions(Scenario scenario) {
        this.scenario = scenario;
        clients = scenario.clients();
        warmUp = scenario.publishes() ? 3 : 0;
    }

    /// @throws Wrong if a word is unknown, a value missing or out of its range
    static LoadOptions read(List<String> words) throws Wrong {
        if (words.isEmpty()) {
            throw new Wrong("a scenario is missing");
        }
        Scenario scenario = Scenario.of(words.getFirst());
        if (scenario == null) {
            throw new Wrong("there is no scenario '" + words.getFirst() + "'");
        }
        LoadOptions o = new LoadOptions(scenario);
        Iterator<String> rest = words.listIterator(1);
        while (rest.hasNext()) {
            String word = rest.next();
            if (o.flag(word)) {
                continue;
            }
            if (!rest.hasNext()) {
                throw new Wrong(o.isKnown(word) ? word + " needs a value" : unknown(word));
            }
            if (!o.option(word, rest.next())) {
                throw new Wrong(unknown(word));
            }
        }
        o.finish();
        return o;
    }

    private static String unknown(String word) {
        return "there is no option '" + word + "'";
    }

    private boolean isKnown(String word) {
        try {
            return new LoadOptions(scenario).option(word, "1");
        } catch (Wrong e) {
            return true;
        }
    }

    private boolean flag(String word) {
        switch (word) {
            case "--json" -> isJson = true;
            case "--quiet" -> isQuiet = true;
            case "--tls" -> isTls = true;
            case "--resume" -> isResuming = true;
            case "--insecure" -> {
                isTls = true;
                isInsecure = true;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean option(String word, String value) throws Wrong {
        switch (word) {
            case "-h", "--host" -> host = value;
            case "-u", "--username" -> userName = value;
            case "-P", "--pw" -> password = value;
            case "-t", "--topic" -> topic = value;
            case "-A" -> addresses = List.of(value.split(",", -1));
            case "-V", "--protocol-version" -> version = version(value);
            case "--cafile" -> tls(v -> caFile = v, value);
            case "--cert" -> tls(v -> certificate = v, value);
            case "--key" -> tls(v -> key = v, value);
            case "--rate" -> rate = real(word, value, 100_000_000);
            case "--connect-rate" -> connectRate = real(word, value, 1_000_000);
            default -> {
                return count(word, value);
            }
        }
        return true;
    }

    private void tls(Consumer<String> field, String value) {
        isTls = true;
        field.accept(value);
    }

    private boolean count(String word, String value) throws Wrong {
        switch (word) {
            case "-p", "--port" -> port = whole(word, value, 1, 65_535);
            case "-q", "--qos" -> qos = whole(word, value, 0, 2);
            case "-k", "--keepalive" -> keepAlive = whole(word, value, 5, 65_535);
            case "-x", "--session-expiry-interval" ->
                    sessionExpiryInterval = whole(word, value, 0, MOST_SECONDS);
            case "-s", "--size" -> size = whole(word, value, Stamp.BYTES, LARGEST_PAYLOAD);
            case "-c", "--clients" -> clients = whole(word, value, 1, MOST_CLIENTS);
            case "--publishers" -> publishers = whole(word, value, 1, MOST_CLIENTS);
            case "--subscribers" -> subscribers = whole(word, value, 1, MOST_CLIENTS);
            case "--topics" -> topics = whole(word, value, 1, 10_000_000);
            case "--window" -> window = whole(word, value, 0, 65_535);
            case "--time" -> seconds = whole(word, value, 1, MOST_SECONDS);
            case "--warmup" -> warmUp = whole(word, value, 0, MOST_SECONDS);
            case "--connecting" -> connecting = whole(word, value, 1, 10_000);
            case "--pid" -> pid = whole(word, value, 1, Integer.MAX_VALUE);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static int whole(String word, String value, int least, int most) throws Wrong {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw new Wrong(word + " is a number from " + least + " to " + most);
    }

    private static double real(String word, String value, double most) throws Wrong {
        try {
            double number = Double.parseDouble(value);
            if (number > 0 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, with the range.
        }
        throw new Wrong(word + " is a number above 0 up to " + (long) most);
    }

    private static ProtocolVersion version(String value) throws Wrong {
        return switch (value) {
            case "5", "mqttv5" -> ProtocolVersion.MQTT_5;
            case "311", "mqttv311", "4" -> ProtocolVersion.MQTT_3_1_1;
            default -> throw new Wrong("-V is 311 or 5");
        };
    }

    private void finish() throws Wrong {
        if (port == 0) {
            port = isTls ? 8883 : 1883;
        }
        switch (scenario) {
            case PUBLISH -> {
                publishers = clients;
                subscribers = 0;
            }
            case FAN_IN, PAIRS -> {
                publishers = clients;
                subscribers = scenario == Scenario.PAIRS ? clients : subscribers;
            }
            case FAN_OUT -> subscribers = clients;
            case SUBSCRIBE, RETAINED -> {
                publishers = 0;
                subscribers = clients;
            }
            case CONNECT, IDLE -> {
                publishers = 0;
                subscribers = 0;
            }
        }
        long flows = (long) publishers * subscribers;
        if (scenario != Scenario.PAIRS && flows > 50_000_000) {
            throw new Wrong(
                    "that would be " + flows + " pairs of publisher and subscriber to check");
        }
        if (window < 0) {
            int fair =
                    scenario == Scenario.PAIRS
                            ? WINDOW
                            : UNDER_WAY_TO_ONE / Math.max(1, publishers);
            window = rate > 0 ? 0 : Math.clamp(fair, 1, WINDOW);
        }
        if (sessionExpiryInterval > 0 && (!version.isMqtt5() || !scenario.receives())) {
            throw new Wrong("--session-expiry-interval is for subscribers of MQTT 5");
        }
        if (certificate == null ^ key == null) {
            throw new Wrong("--cert and --key go together");
        }
    }

    boolean isTls() {
        return isTls;
    }

    /// @throws IOException if a file cannot be read
    Tls tls() throws IOException {
        Tls tls = caFile == null ? Tls.standard() : Tls.trusting(Path.of(caFile));
        if (certificate != null && key != null) {
            tls = tls.identity(Path.of(certificate), Path.of(key));
        }
        if (!isInsecure) {
            return tls;
        }
        // As of the other tools; but brokers that are measured often have a certificate of their
        // own.
        return caFile == null ? tls.withoutChecks() : tls.withoutNameCheck();
    }
}
