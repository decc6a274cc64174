package io.hawkermq.cli;

import static io.hawkermq.cli.OptionsException.wrong;

import io.hawkermq.cli.ToolOptions.Source;
import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.RetainHandling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads the words of `pub`, `sub` and `rr` in the order and with the messages of Mosquitto's
/// tools: first the options file, one option a line, then the command line, then what does not go
/// together. A later option wins, unless it is one of those that may be given once.
final class OptionReader {
    private static final long MAX_EXPIRY = 0xFFFF_FFFFL;

    private final ToolOptions o;
    private final Tool tool;

    private OptionReader(Tool tool) {
        this.tool = tool;
        this.o = new ToolOptions(tool);
    }

    /// @throws OptionsException with what is to be printed
    static ToolOptions read(Tool tool, List<String> words, Stdio io) throws OptionsException {
        OptionReader reader = new OptionReader(tool);
        String file = reader.optionsFile(words);
        if (file == null) {
            String folder = io.environment().get("XDG_CONFIG_HOME");
            String home = io.environment().get("HOME");
            if (folder != null) {
                file = folder + "/" + tool.program();
            } else if (home != null) {
                file = home + "/.config/" + tool.program();
            }
        }
        if (file != null) {
            reader.readFile(file);
        }
        reader.take(words);
        reader.checkTogether();
        return reader.o;
    }

    private @Nullable String optionsFile(List<String> words) throws OptionsException {
        String file = null;
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).equals("-o")) {
                if (file != null) {
                    throw wrong("Error: Duplicate -o argument given.\n\n");
                }
                if (i == words.size() - 1) {
                    throw wrong("Error: -o argument given but no options file specified.\n\n");
                }
                file = words.get(i + 1);
            }
        }
        return file;
    }

    /// A file that is not there is none.
    private void readFile(String file) throws OptionsException {
        List<String> lines;
        try {
            Path path = Path.of(file);
            if (!Files.isReadable(path) || Files.isDirectory(path)) {
                return;
            }
            lines = new String(Files.readAllBytes(path), StandardCharsets.UTF_8).lines().toList();
        } catch (IOException | java.nio.file.InvalidPathException e) {
            return;
        }
        for (String line : lines) {
            String text = line.replaceFirst("^ +", "");
            if (line.startsWith("#") || text.isEmpty()) {
                continue;
            }
            int space = text.indexOf(' ');
            if (space < 0 || space == text.length() - 1) {
                take(List.of(space < 0 ? text : text.substring(0, space)));
            } else {
                take(List.of(text.substring(0, space), text.substring(space + 1)));
            }
        }
    }

    private void take(List<String> words) throws OptionsException {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-D") || word.equals("--property")) {
                i = PropertyWords.take(words, i + 1, o);
                o.version = ProtocolVersion.MQTT_5;
            } else if (word.equals("-o")) {
                i++;
            } else if (!flag(word)) {
                check(word);
                String what = whatIsMissing(word);
                if (i == words.size() - 1) {
                    throw wrong("Error: " + what + " specified.\n\n");
                }
                i++;
                valued(word, words.get(i));
            }
        }
    }

    /// Options without a value.
    ///
    /// @return false if it is none
    private boolean flag(String word) throws OptionsException {
        switch (word) {
            case "-c", "--disable-clean-session" -> o.isCleanSession = false;
            case "-d", "--debug" -> o.isDebug = true;
            case "--help" -> throw new OptionsException("", OptionsException.Wants.HELP);
            case "--version" -> throw new OptionsException("", OptionsException.Wants.VERSION);
            case "--insecure" -> o.isInsecure = true;
            case "--nodelay" -> {
                // The client never delays small packets.
            }
            case "--no-tls" -> o.isWithoutTls = true;
            case "--quiet" -> o.isQuiet = true;
            case "-S" -> o.isSrv = true;
            case "--tls-use-os-certs" -> o.isTrustingSystem = true;
            case "--will-retain" -> o.isWillRetained = true;
            case "--ws" -> o.isWebSocket = true;
            default -> {
                return tool == Tool.PUB ? flagOfPub(word) : flagOfReceiver(word);
            }
        }
        return true;
    }

    private boolean flagOfPub(String word) throws OptionsException {
        switch (word) {
            case "-r", "--retain" -> o.isRetained = true;
            case "-l", "--stdin-line" -> source(Source.INPUT_LINES);
            default -> {
                return flagOfSender(word);
            }
        }
        return true;
    }

    private boolean flagOfSender(String word) throws OptionsException {
        switch (word) {
            case "-n", "--null-message" -> source(Source.NOTHING);
            case "-s", "--stdin-file" -> source(Source.INPUT);
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean flagOfReceiver(String word) throws OptionsException {
        switch (word) {
            case "-N" -> o.isWithLineBreak = false;
            case "--pretty" -> o.isPretty = true;
            case "-R" -> {
                o.isWithoutRetained = true;
                o.retainHandling = RetainHandling.DO_NOT_SEND;
            }
            case "--retain-as-published" -> o.isRetainAsPublished = true;
            case "-v", "--verbose" -> o.isVerbose = true;
            default -> {
                return tool == Tool.SUB ? flagOfSub(word) : flagOfRr(word);
            }
        }
        return true;
    }

    private boolean flagOfRr(String word) throws OptionsException {
        if (word.equals("--latency")) {
            o.isLatency = true;
            return true;
        }
        return flagOfSender(word);
    }

    private boolean flagOfSub(String word) {
        switch (word) {
            case "-E" -> o.isEndedBySuback = true;
            case "--message-rate" -> o.isMessageRate = true;
            case "--remove-retained" -> o.isRemovingRetained = true;
            case "--retained-only" -> o.isRetainedOnly = true;
            case "-w", "--watch" -> o.isWatching = true;
            case "--tree" -> o.isTree = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /// Refuses options of other tools before their value is looked at.
    private void check(String word) throws OptionsException {
        boolean isKnown =
                switch (word) {
                    case "-C", "--random-filter", "-T", "--filter-out", "-U", "--unsubscribe" ->
                            tool == Tool.SUB;
                    case "-F", "-W", "--retain-handling" -> tool != Tool.PUB;
                    case "-f", "--file", "-m", "--message" -> tool != Tool.SUB;
                    case "-e" -> tool == Tool.RR;
                    case "--repeat", "--repeat-delay" -> tool == Tool.PUB;
                    default -> true;
                };
        if (!isKnown) {
            throw unknown(word);
        }
        if (word.equals("-f")
                || word.equals("--file")
                || word.equals("-m")
                || word.equals("--message")) {
            source(Source.NONE);
        }
    }

    private static OptionsException unknown(String word) {
        return wrong("Error: Unknown option '" + word + "'.\n");
    }

    private void source(Source source) throws OptionsException {
        if (o.source != Source.NONE) {
            throw wrong("Error: Only one type of message can be sent at once.\n\n");
        }
        o.source = source;
    }

    /// The option as messages name it, and what is missing without a value.
    private static String whatIsMissing(String word) throws OptionsException {
        return switch (word) {
            case "-A" -> given("-A", "address");
            case "--cafile", "--cert", "--key", "--tls-keylog" -> given(word, "file");
            case "--capath" -> given(word, "directory");
            case "--ciphers" -> given(word, "ciphers");
            case "-C", "--repeat" -> given(word, "count");
            case "-e" -> given(word, "response topic");
            case "-f", "--file" -> given("-f", "file");
            case "-F" -> given(word, "format");
            case "-h", "--host" -> given("-h", "host");
            case "-i", "--id" -> given("-i", "id");
            case "-I", "--id-prefix" -> given("-I", "id prefix");
            case "-k", "--keepalive" -> given("-k", "keepalive");
            case "--keyform" -> given(word, "keyform");
            case "-L", "--url" -> given("-L", "URL");
            case "-m", "--message" -> given("-m", "message");
            case "-M" -> "-M argument given but max_inflight not";
            case "-p", "--port" -> given("-p", "port");
            case "-P", "--pw" -> given("-P", "password");
            case "--proxy" -> given(word, "proxy url");
            case "--psk" -> given(word, "key");
            case "--psk-identity" -> given(word, "identity");
            case "-q", "--qos" -> given("-q", "QoS");
            case "--random-filter" -> given(word, "chance");
            case "--repeat-delay" -> given(word, "time");
            case "--retain-handling" -> given(word, "option");
            case "-t", "--topic" -> given("-t", "topic");
            case "-T", "--filter-out" -> given("-T", "topic filter");
            case "--tls-alpn" -> given(word, "protocol");
            case "--tls-engine" -> given(word, "engine_id");
            case "--tls-engine-kpass-sha1" -> given(word, "kpass sha1");
            case "--tls-version" -> given(word, "version");
            case "-U", "--unsubscribe" -> given("-U", "unsubscribe topic");
            case "-u", "--username" -> given("-u", "username");
            case "--unix" -> given(word, "socket path");
            case "-V", "--protocol-version" -> given("--protocol-version", "version");
            case "-W" -> given(word, "timeout");
            case "--will-payload" -> given(word, "will payload");
            case "--will-qos" -> given(word, "will QoS");
            case "--will-topic" -> given(word, "will topic");
            case "-x" -> given(word, "session expiry interval");
            default -> throw unknown(word);
        };
    }

    private static String given(String option, String what) {
        return option + " argument given but no " + what;
    }

    private void valued(String word, String value) throws OptionsException {
        switch (word) {
            case "-A" -> o.bindAddress = value;
            case "-h", "--host" -> o.host = value;
            case "-i", "--id" -> {
                onlyOneId(o.clientIdPrefix);
                o.clientId = value;
            }
            case "-I", "--id-prefix" -> {
                onlyOneId(o.clientId);
                o.clientIdPrefix = value;
            }
            case "-k", "--keepalive" ->
                    o.keepAlive =
                            number(
                                    value,
                                    5,
                                    65_535,
                                    "Error: Invalid keepalive given, it must be between 5 and 65535"
                                            + " inclusive.\n\n");
            case "-L", "--url" -> UrlWord.take(value, o);
            case "-p", "--port" -> {
                int port = CNumbers.leadingInt(value);
                o.port = number(value, 0, 65_535, "Error: Invalid port given: " + port + "\n");
            }
            case "-P", "--pw" -> o.password = value;
            case "--proxy" -> o.proxy = ProxyUrl.parse(value, tool);
            case "-u", "--username" -> o.userName = value;
            case "--unix" -> {
                o.host = value;
                o.port = ToolOptions.UNIX;
            }
            case "-V", "--protocol-version" -> o.version = version(value);
            case "-x" -> sessionExpiry(value);
            default -> {
                if (!tls(word, value) && !will(word, value)) {
                    messages(word, value);
                }
            }
        }
    }

    private void onlyOneId(@Nullable String other) throws OptionsException {
        if (other != null) {
            throw wrong("Error: -i and -I argument cannot be used together.\n\n");
        }
    }

    private boolean tls(String word, String value) {
        switch (word) {
            case "--cafile" -> o.caFile = value;
            case "--capath" -> o.caPath = value;
            case "--cert" -> o.certificate = value;
            case "--ciphers" -> o.ciphers = value;
            case "--key" -> o.key = value;
            case "--keyform" -> o.keyForm = value;
            case "--psk" -> o.psk = value;
            case "--psk-identity" -> o.pskIdentity = value;
            case "--tls-alpn" -> o.alpn = value;
            case "--tls-engine" -> o.tlsEngine = value;
            case "--tls-engine-kpass-sha1" -> o.tlsEnginePassword = value;
            case "--tls-version" -> o.tlsVersion = value;
            case "--tls-keylog" -> o.keyLog = value;
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean will(String word, String value) throws OptionsException {
        switch (word) {
            case "--will-payload" -> o.willPayload = value;
            case "--will-qos" -> {
                int qos = CNumbers.leadingInt(value);
                o.willQos = number(value, 0, 2, "Error: Invalid will QoS " + qos + ".\n\n");
            }
            case "--will-topic" -> {
                utf8(value, "--will-topic");
                if (!Topics.isName(value)) {
                    throw wrong(
                            "Error: Invalid will topic '"
                                    + value
                                    + "', does it contain '+' or '#'?\n");
                }
                o.willTopic = value;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void messages(String word, String value) throws OptionsException {
        int number = CNumbers.leadingInt(value);
        switch (word) {
            case "-C" -> o.count = atLeastOne(value, "Invalid message count \"" + number + "\".");
            case "-e" -> response(value);
            case "-f", "--file" -> {
                o.source = Source.FILE;
                o.file = value;
            }
            case "-F" -> {
                OutputFormat.check(value);
                o.format = value;
            }
            case "-m", "--message" -> {
                o.source = Source.WORD;
                o.word = value;
            }
            case "-M" -> atLeastOne(value, "Maximum inflight messages must be greater than 0.");
            case "-q", "--qos" ->
                    o.qos = number(value, 0, 2, "Error: Invalid QoS given: " + number + "\n");
            case "--random-filter" -> randomFilter(value);
            case "--repeat" -> o.repeat = atLeastOne(value, "--repeat argument must be >0.");
            case "--repeat-delay" -> {
                o.repeatDelay = CNumbers.leadingDouble(value);
                if (o.repeatDelay < 0) {
                    throw wrong("Error: --repeat-delay argument must be >=0.0.\n\n");
                }
            }
            case "--retain-handling" -> o.retainHandling = retainHandling(value);
            case "-t", "--topic" -> topic(o, value, "-t");
            case "-T", "--filter-out" -> o.filteredOut.add(filter(value, "-T", "filter"));
            case "-U", "--unsubscribe" -> o.unsubscribed.add(filter(value, "-U", "unsubscribe"));
            case "-W" -> o.seconds = atLeastOne(value, "Invalid timeout \"" + number + "\".");
            default -> throw unknown(word);
        }
    }

    private void response(String value) throws OptionsException {
        utf8(value, "-e");
        if (!Topics.isName(value)) {
            throw wrong(
                    "Error: Invalid response topic '" + value + "', does it contain '+' or '#'?\n");
        }
        o.responseTopic = value;
    }

    private void randomFilter(String value) throws OptionsException {
        // Tenths of a percent, as Mosquitto counts them.
        int shown = (int) (10 * CNumbers.leadingDouble(value));
        if (shown > 10_000 || shown < 1) {
            throw wrong("Error: --random-filter chance must be between 0.1-100.0\n\n");
        }
        o.shownOfTenThousand = shown;
    }

    /// Where a topic goes depends on the tool.
    static void topic(ToolOptions o, String topic, String argument) throws OptionsException {
        if (o.tool == Tool.CTRL) {
            return; // it has topics of its own
        }
        utf8(topic, argument);
        if (o.tool == Tool.SUB) {
            if (!Topics.isFilter(topic)) {
                throw wrong(
                        "Error: Invalid subscription topic '"
                                + topic
                                + "', are all '+' and '#' wildcards correct?\n");
            }
            o.topics.add(topic);
        } else {
            if (!Topics.isName(topic)) {
                throw wrong(
                        "Error: Invalid publish topic '"
                                + topic
                                + "', does it contain '+' or '#'?\n");
            }
            o.topic = topic;
        }
    }

    private static String filter(String value, String argument, String what)
            throws OptionsException {
        if (!Topics.isUtf8(value)) {
            throw wrong("Error: Malformed UTF-8 in " + argument + " argument.\n\n");
        }
        if (!Topics.isFilter(value)) {
            throw wrong(
                    "Error: Invalid "
                            + what
                            + " topic '"
                            + value
                            + "', are all '+' and '#' wildcards correct?\n");
        }
        return value;
    }

    private static void utf8(String value, String argument) throws OptionsException {
        if (!Topics.isUtf8(value)) {
            throw wrong("Error: Malformed UTF-8 in " + argument + " argument.\n\n");
        }
    }

    private static int number(String value, int least, int most, String message)
            throws OptionsException {
        int number = CNumbers.leadingInt(value);
        if (number < least || number > most) {
            throw wrong(message);
        }
        return number;
    }

    private static int atLeastOne(String value, String message) throws OptionsException {
        return number(value, 1, Integer.MAX_VALUE, "Error: " + message + "\n\n");
    }

    private static RetainHandling retainHandling(String value) throws OptionsException {
        return switch (value) {
            case "always" -> RetainHandling.SEND;
            case "new" -> RetainHandling.SEND_IF_NEW;
            case "never" -> RetainHandling.DO_NOT_SEND;
            default ->
                    throw wrong("Error: Unknown value '" + value + "' for --retain-handling.\n\n");
        };
    }

    private static ProtocolVersion version(String value) throws OptionsException {
        return switch (value) {
            case "mqttv31", "31" -> ProtocolVersion.MQTT_3_1;
            case "mqttv311", "311" -> ProtocolVersion.MQTT_3_1_1;
            case "mqttv5", "5" -> ProtocolVersion.MQTT_5;
            default -> throw wrong("Error: Invalid protocol version argument given.\n\n");
        };
    }

    private void sessionExpiry(String value) throws OptionsException {
        long seconds;
        if (value.equals("∞")) {
            seconds = MAX_EXPIRY;
        } else {
            try {
                String text = value.strip().toLowerCase(Locale.ROOT);
                seconds = text.isEmpty() ? failNumber() : Long.decode(text);
            } catch (NumberFormatException e) {
                throw wrong("Error: session-expiry-interval not a number.\n\n");
            }
        }
        if (seconds > MAX_EXPIRY || seconds < -1) {
            throw wrong("Error: session-expiry-interval out of range.\n\n");
        }
        o.sessionExpiry = seconds == -1 ? MAX_EXPIRY : seconds;
        o.version = ProtocolVersion.MQTT_5;
    }

    private static long failNumber() {
        throw new NumberFormatException("empty");
    }

    private void checkTogether() throws OptionsException {
        refuse(
                o.willPayload != null && o.willTopic == null,
                "Will payload given, but no will topic given.");
        refuse(
                o.isWillRetained && o.willTopic == null,
                "Will retain given, but no will topic given.");
        refuse(
                (o.certificate == null) != (o.key == null),
                "Both certfile and keyfile must be provided if one of them is set.");
        refuse(
                o.keyForm != null && o.key == null,
                "If keyform is set, keyfile must be also specified.");
        refuse(
                o.tlsEnginePassword != null && (o.keyForm == null || o.tlsEngine == null),
                "when using tls-engine-kpass-sha1, both tls-engine and keyform must also be"
                        + " provided.");
        refuse(
                (o.caFile != null || o.caPath != null) && o.psk != null,
                "Only one of --psk or --cafile/--capath may be used at once.");
        refuse(o.psk != null && o.pskIdentity == null, "--psk-identity required if --psk used.");
        checkSession();
        refuse(
                tool == Tool.SUB && o.topics.isEmpty() && o.unsubscribed.isEmpty(),
                "You must specify a topic to subscribe to (-t) or unsubscribe from (-U).");
    }

    private void checkSession() throws OptionsException {
        boolean isNameless = o.clientIdPrefix != null || o.clientId == null;
        if (!o.version.isMqtt5()) {
            refuse(
                    !o.isCleanSession && isNameless,
                    "You must provide a client id if you are using the -c option.");
            return;
        }
        if (!o.isCleanSession && o.sessionExpiry == -1) {
            o.sessionExpiry = MAX_EXPIRY;
        }
        if (o.sessionExpiry > 0) {
            refuse(
                    o.sessionExpiry == MAX_EXPIRY && isNameless,
                    "You must provide a client id if you are using an infinite session expiry"
                            + " interval.");
            o.propertiesOf(PacketType.CONNECT)
                    .add(Property.SESSION_EXPIRY_INTERVAL, o.sessionExpiry);
        }
    }

    private static void refuse(boolean isWrong, String message) throws OptionsException {
        if (isWrong) {
            throw wrong("Error: " + message + "\n");
        }
    }
}
