package io.hawkermq.cli;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/// `-D COMMAND PROPERTY VALUE`, or `-D COMMAND user-property NAME VALUE`.
final class PropertyWords {
    private static final int LONGEST_BINARY = 65_535;

    private PropertyWords() {}

    /// Takes the words from `at` on.
    ///
    /// @return the index of the last word taken
    static int take(List<String> words, int at, ToolOptions options) throws OptionsException {
        if (at + 2 > words.size() - 1) {
            throw tooFew();
        }
        String command = words.get(at);
        String name = words.get(at + 1);
        PacketType packet = packet(command);
        boolean isWill = command.equalsIgnoreCase("will");
        if (packet == null && !isWill) {
            throw refused("Invalid command " + command + " given in --property argument.");
        }
        Property property = property(name);
        if (property == null) {
            throw refused("Invalid property name " + name + " given in --property argument.");
        }
        boolean isAllowed =
                packet == null ? property.isAllowedInWill() : property.isAllowedIn(packet);
        if (!isAllowed) {
            throw refused(name + " property not allowed for " + command + where());
        }
        boolean isPair = property == Property.USER_PROPERTY;
        if (isPair && at + 3 > words.size() - 1) {
            throw tooFew();
        }
        Properties.Builder target =
                packet == null
                        ? options.willProperties
                        : target(packet, property, command, options);
        String first = words.get(at + 2);
        if (isPair) {
            target.user(first, words.get(at + 3));
            return at + 3;
        }
        // One that stands twice in CONNECT is refused later, for -x may be the other one.
        if (packet != PacketType.CONNECT && target.has(property)) {
            throw OptionsException.wrong(
                    "Error in "
                            + command.toUpperCase(Locale.ROOT)
                            + " properties: Duplicate property in property list\n");
        }
        try {
            target.add(property, value(property, name, first));
        } catch (IllegalArgumentException e) {
            throw OptionsException.wrong("Error adding property " + name + "\n");
        }
        return at + 2;
    }

    private static Properties.Builder target(
            PacketType packet, Property property, String command, ToolOptions options)
            throws OptionsException {
        boolean isSent =
                switch (packet) {
                    case CONNECT, SUBSCRIBE, UNSUBSCRIBE, DISCONNECT -> true;
                    case PUBLISH -> property != Property.SUBSCRIPTION_IDENTIFIER;
                    default -> false;
                };
        if (!isSent) {
            throw refused(nameOf(property) + " property not supported for " + command + where());
        }
        return options.propertiesOf(packet);
    }

    private static Object value(Property property, String name, String text)
            throws OptionsException {
        return switch (property.type()) {
            case BYTE -> number(name, text, 0xFF);
            case TWO_BYTES -> number(name, text, 0xFFFF);
            case FOUR_BYTES, VARIABLE -> number(name, text, 0xFFFF_FFFFL);
            case TEXT, PAIR -> {
                boolean isWild = text.indexOf('+') >= 0 || text.indexOf('#') >= 0;
                if (property == Property.RESPONSE_TOPIC && isWild) {
                    throw new IllegalArgumentException("[MQTT-3.3.2-14]");
                }
                yield text;
            }
            case BINARY -> {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                if (bytes.length > LONGEST_BINARY) {
                    throw refused("Property value too long for property " + name + ".");
                }
                yield bytes;
            }
        };
    }

    private static Long number(String name, String text, long most) throws OptionsException {
        long value = CNumbers.leadingLong(text);
        if (value < 0 || value > most) {
            throw refused("Property value (" + value + ") out of range for property " + name + ".");
        }
        return value;
    }

    private static String where() {
        return " in --property argument.";
    }

    private static OptionsException tooFew() {
        return refused("--property argument given but not enough arguments specified.");
    }

    private static OptionsException refused(String what) {
        return OptionsException.wrong("Error: " + what + "\n\n");
    }

    private static @org.jspecify.annotations.Nullable PacketType packet(String command) {
        return switch (command.toLowerCase(Locale.ROOT)) {
            case "connect" -> PacketType.CONNECT;
            case "connack" -> PacketType.CONNACK;
            case "publish" -> PacketType.PUBLISH;
            case "puback" -> PacketType.PUBACK;
            case "pubrec" -> PacketType.PUBREC;
            case "pubrel" -> PacketType.PUBREL;
            case "pubcomp" -> PacketType.PUBCOMP;
            case "subscribe" -> PacketType.SUBSCRIBE;
            case "suback" -> PacketType.SUBACK;
            case "unsubscribe" -> PacketType.UNSUBSCRIBE;
            case "unsuback" -> PacketType.UNSUBACK;
            case "disconnect" -> PacketType.DISCONNECT;
            case "auth" -> PacketType.AUTH;
            default -> null;
        };
    }

    /// As Mosquitto writes it: `message-expiry-interval`.
    static String nameOf(Property property) {
        return property.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static @org.jspecify.annotations.Nullable Property property(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Property p : Property.values()) {
            if (nameOf(p).equals(wanted)) {
                return p;
            }
        }
        return switch (wanted) {
            case "wildcard-subscription-available" -> Property.WILDCARD_SUBSCRIPTION_AVAILABLE;
            case "subscription-identifier-available" -> Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE;
            default -> null;
        };
    }
}
