package io.hawkermq.mosquitto;

import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The kinds of values that only bridges have.
final class BridgeTypes {
    /// Addresses of one bridge.
    private static final int MOST_ADDRESSES = 64;

    private BridgeTypes() {}

    /// `address HOST[:PORT] ...`.
    record Addresses() implements ValueType<List<BridgeAddress>> {
        @Override
        public List<BridgeAddress> read(Line line) throws RefusedValueException {
            List<BridgeAddress> addresses = new ArrayList<>();
            String word = line.next();
            while (word != null && !word.startsWith("#")) {
                addresses.add(address(word));
                word = line.next();
            }
            line.rest();
            if (addresses.isEmpty()) {
                throw new RefusedValueException(
                        "Empty 'address' value in configuration.", "Allowed is " + allowed() + ".");
            }
            if (addresses.size() > MOST_ADDRESSES) {
                throw new RefusedValueException(
                        "Invalid bridge configuration: too many addresses.",
                        "Read were " + addresses.size() + ", allowed are " + MOST_ADDRESSES + ".");
            }
            return List.copyOf(addresses);
        }

        private BridgeAddress address(String word) throws RefusedValueException {
            int colon = word.lastIndexOf(':');
            if (colon < 0) {
                return new BridgeAddress(word, 1883);
            }
            String host = word.substring(0, colon);
            String port = word.substring(colon + 1);
            boolean isPort = port.matches("[0-9]{1,5}") && !host.isEmpty();
            if (!isPort || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
                throw new RefusedValueException(
                        "Invalid 'address' value (" + word + ").",
                        "The port is 1 to 65535; allowed is " + allowed() + ".");
            }
            return new BridgeAddress(bare(host), Integer.parseInt(port));
        }

        private static String bare(String host) {
            return host.startsWith("[") && host.endsWith("]")
                    ? host.substring(1, host.length() - 1)
                    : host;
        }

        @Override
        public boolean isOnlyOnce() {
            return true;
        }

        @Override
        public String allowed() {
            return "HOST or HOST:PORT, several with spaces between; an IPv6 address needs its port";
        }

        @Override
        public String show(List<BridgeAddress> value) {
            return value.isEmpty()
                    ? UNSET
                    : value.stream().map(BridgeAddress::toString).collect(Collectors.joining(" "));
        }
    }

    /// `topic PATTERN [out|in|both [QOS [LOCAL [REMOTE]]]]`.
    record Topic() implements ValueType<BridgeTopic> {
        @Override
        public BridgeTopic read(Line line) throws RefusedValueException {
            String pattern = pattern(line);
            BridgeTopic.Direction direction = BridgeTopic.Direction.OUT;
            int qos = 0;
            List<String> prefixes = new ArrayList<>(List.of("", ""));
            String word = line.next();
            if (word != null && !word.startsWith("#")) {
                direction = direction(word);
                word = line.next();
                if (word != null && !word.startsWith("#")) {
                    qos = qos(word);
                    for (int i = 0; i < 2; i++) {
                        word = line.next();
                        if (word == null || word.startsWith("#")) {
                            break;
                        }
                        prefixes.set(i, prefix(word, i == 0 ? "local" : "remote"));
                    }
                }
            }
            if (word != null && word.startsWith("#")) {
                line.rest();
            }
            line.warnOfWordsLeft();
            if (pattern.isEmpty() && (prefixes.get(0).isEmpty() || prefixes.get(1).isEmpty())) {
                throw new RefusedValueException(
                        "Invalid 'topic' value (\"\").",
                        "An empty pattern needs both a local and a remote prefix.");
            }
            return new BridgeTopic(
                    pattern, direction, QoS.of(qos), prefixes.get(0), prefixes.get(1));
        }

        private String pattern(Line line) throws RefusedValueException {
            String word = line.next();
            if (word == null) {
                throw ValueType.empty(line.name(), allowed());
            }
            if (word.equals("\"\"")) {
                return "";
            }
            if (!word.startsWith("\"")) {
                return word;
            }
            if (word.endsWith("\"") && word.length() > 1) {
                return word.substring(1, word.length() - 1);
            }
            String rest = line.untilQuote();
            if (rest == null) {
                throw new RefusedValueException(
                        "Missing closing quote in topic value (" + line.rest() + ").", "");
            }
            return word.substring(1) + " " + rest;
        }

        private static BridgeTopic.Direction direction(String word) throws RefusedValueException {
            return switch (word.toLowerCase(Locale.ROOT)) {
                case "out" -> BridgeTopic.Direction.OUT;
                case "in" -> BridgeTopic.Direction.IN;
                case "both" -> BridgeTopic.Direction.BOTH;
                default ->
                        throw new RefusedValueException(
                                "Invalid 'topic' direction (" + word + ").",
                                "Allowed is out, in or both. A pattern with spaces needs"
                                        + " quotation marks.");
            };
        }

        private static int qos(String word) throws RefusedValueException {
            if (!word.matches("[012]")) {
                throw new RefusedValueException(
                        "Invalid 'topic' QoS (" + word + ").", "Allowed is 0, 1 or 2.");
            }
            return word.charAt(0) - '0';
        }

        private static String prefix(String word, String side) throws RefusedValueException {
            if (word.equals("\"\"")) {
                return "";
            }
            if (word.indexOf('+') >= 0 || word.indexOf('#') >= 0) {
                throw new RefusedValueException(
                        "Invalid 'topic' " + side + " prefix (" + word + ").",
                        "A prefix has no wildcard.");
            }
            return word;
        }

        @Override
        public String allowed() {
            return "PATTERN [out|in|both [QOS [LOCAL-PREFIX [REMOTE-PREFIX]]]], \"\" for no prefix";
        }

        @Override
        public String show(BridgeTopic value) {
            return value.toString();
        }
    }

    /// Some whole numbers on one line.
    private static List<Integer> numbers(
            Line line, List<String> labels, int least, int most, String refusal)
            throws RefusedValueException {
        List<Integer> numbers = new ArrayList<>();
        for (String label : labels) {
            String word = line.next();
            if (word == null || word.startsWith("#")) {
                break;
            }
            Line alone = new Line(label + " " + word, line.origin(), new ArrayList<>());
            numbers.add(ValueTypes.Whole.integer(least, most).refusing(refusal).read(alone));
        }
        return numbers;
    }

    /// `restart_timeout CONSTANT` or `restart_timeout BASE CAP [STABLE]`.
    record Restart() implements ValueType<RestartTimeout> {
        @Override
        public RestartTimeout read(Line line) throws RefusedValueException {
            List<Integer> n =
                    numbers(
                            line,
                            List.of("restart_timeout", "restart_timeout", "restart_timeout"),
                            Integer.MIN_VALUE,
                            Integer.MAX_VALUE,
                            "");
            if (n.isEmpty()) {
                throw ValueType.empty(line.name(), allowed());
            }
            int base = Math.clamp(n.get(0), 1, 3600);
            if (base != n.get(0)) {
                line.note("'restart_timeout' takes 1 to 3600 seconds; " + base + " is used.");
            }
            int cap = n.size() > 1 ? n.get(1) : base;
            if (cap < base) {
                throw new RefusedValueException(
                        "The cap of 'restart_timeout' is lower than its base.",
                        "Read were " + base + " and " + cap + ".");
            }
            if (cap > 7200) {
                line.note("The cap of 'restart_timeout' is at most 7200 seconds; 7200 is used.");
                cap = 7200;
            }
            int stable = n.size() > 2 ? n.get(2) : 0;
            if (stable < 0) {
                throw new RefusedValueException(
                        "The third number of 'restart_timeout' is negative.",
                        "Read was " + stable + ".");
            }
            return new RestartTimeout(base, cap, stable);
        }

        @Override
        public String allowed() {
            return "SECONDS, or BASE CAP [STABLE] in seconds; 1 to 3600, the cap to 7200";
        }

        @Override
        public String show(RestartTimeout value) {
            return value.toString();
        }
    }

    /// `bridge_tcp_keepalive IDLE INTERVAL COUNT`.
    record Keepalive() implements ValueType<TcpKeepalive> {
        private static final List<String> LABELS =
                List.of(
                        "bridge_tcp_keepalive_idle",
                        "bridge_tcp_keepalive_interval",
                        "bridge_tcp_keepalive_counter");

        @Override
        public TcpKeepalive read(Line line) throws RefusedValueException {
            List<Integer> n =
                    numbers(
                            line,
                            LABELS,
                            1,
                            Integer.MAX_VALUE,
                            "Invalid 'bridge_tcp_keepalive' value in configuration.");
            if (n.size() < LABELS.size()) {
                throw ValueType.empty(LABELS.get(n.size()), allowed());
            }
            return new TcpKeepalive(n.get(0), n.get(1), n.get(2));
        }

        @Override
        public String allowed() {
            return "IDLE INTERVAL COUNT, each a number from 1";
        }

        @Override
        public String show(TcpKeepalive value) {
            return value.toString();
        }
    }

    /// A shared key. One that is not hexadecimal fails when it is used, as in Mosquitto; said here
    /// it is found earlier.
    record Hex() implements ValueType<String> {
        private static final ValueTypes.Text TEXT =
                new ValueTypes.Text("hexadecimal digits", true, 65_535, "");

        @Override
        public String read(Line line) throws RefusedValueException {
            String text = TEXT.read(line);
            if (text.length() % 2 != 0 || !text.matches("[0-9a-fA-F]+")) {
                line.warn("The value of '" + line.name() + "' is not " + TEXT.allowed() + ".");
            }
            return text;
        }

        @Override
        public boolean isOnlyOnce() {
            return true;
        }

        @Override
        public String allowed() {
            return TEXT.allowed();
        }

        @Override
        public String show(String value) {
            return value;
        }
    }
}
