package io.hawkermq.cli;

import io.hawkermq.client.IncomingMessage;
import io.hawkermq.client.Message;
import io.hawkermq.client.PublishResult;
import java.util.List;

/// The lines of `-d`, one for each packet that a tool itself sends or is told of.
final class Trace {
    private final ToolOptions options;
    private final Stdio io;
    private String clientId;

    Trace(ToolOptions options, Stdio io) {
        this.options = options;
        this.io = io;
        this.clientId = options.clientId == null ? "null" : options.clientId;
    }

    void say(String what) {
        if (options.isDebug) {
            synchronized (io) {
                io.out().println("Client " + clientId + " " + what);
                io.out().flush();
            }
        }
    }

    void connect() {
        if (options.clientIdPrefix != null) {
            clientId = options.clientIdPrefix + ProcessHandle.current().pid();
        }
        say("sending CONNECT");
    }

    void connected(String assigned) {
        if (!assigned.isEmpty()) {
            clientId = assigned;
        }
        say("received CONNACK (0)");
    }

    void refused(int code) {
        say("received CONNACK (" + code + ")");
    }

    void publish(Message m, int packetId) {
        say(
                "sending PUBLISH (d0, q"
                        + m.qos().level()
                        + ", r"
                        + (m.retain() ? 1 : 0)
                        + ", m"
                        + packetId
                        + ", '"
                        + m.topic()
                        + "', ... ("
                        + m.payload().length
                        + " bytes))");
    }

    void published(PublishResult result, int packetId) {
        int code = result.reasonCode().code();
        switch (result.qos()) {
            case AT_MOST_ONCE -> {
                // Nothing comes back.
            }
            case AT_LEAST_ONCE -> say("received PUBACK (Mid: " + packetId + ", RC:" + code + ")");
            case EXACTLY_ONCE -> {
                say("received PUBREC (Mid: " + packetId + ")");
                say("sending PUBREL (m" + packetId + ")");
                say("received PUBCOMP (Mid: " + packetId + ", RC:" + code + ")");
            }
        }
    }

    void subscribe(List<String> topics, int qos, int bits) {
        for (String topic : topics) {
            say(
                    "sending SUBSCRIBE (Mid: 1, Topic: "
                            + topic
                            + ", QoS: "
                            + qos
                            + ", Options: 0x"
                            + String.format("%02x", bits)
                            + ")");
        }
    }

    void subscribed(List<Integer> granted) {
        if (options.isDebug) {
            say("received SUBACK");
            if (options.tool == Tool.SUB && !options.isQuiet) {
                synchronized (io) {
                    io.out()
                            .println(
                                    "Subscribed (mid: 1): "
                                            + String.join(
                                                    ", ",
                                                    granted.stream()
                                                            .map(String::valueOf)
                                                            .toList()));
                    io.out().flush();
                }
            }
        }
    }

    void received(IncomingMessage m) {
        if (!options.isDebug) {
            return;
        }
        say(
                "received PUBLISH (d"
                        + (m.dup() ? 1 : 0)
                        + ", q"
                        + m.qos().level()
                        + ", r"
                        + (m.retain() ? 1 : 0)
                        + ", m"
                        + m.packetId()
                        + ", '"
                        + m.topic()
                        + "', ... ("
                        + m.payload().length
                        + " bytes))");
        switch (m.qos()) {
            case AT_MOST_ONCE -> {
                // Nothing goes back.
            }
            case AT_LEAST_ONCE -> say("sending PUBACK (m" + m.packetId() + ", rc0)");
            case EXACTLY_ONCE -> say("sending PUBREC (m" + m.packetId() + ", rc0)");
        }
    }

    void disconnect() {
        say("sending DISCONNECT");
    }
}
