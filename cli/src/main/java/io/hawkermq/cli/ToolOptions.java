package io.hawkermq.cli;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.RetainHandling;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the words of `pub`, `sub` and `rr` ask for. Filled by [OptionReader], then only read.
final class ToolOptions {
    /// Where the payload comes from.
    enum Source {
        NONE,
        WORD,
        FILE,
        NOTHING,
        INPUT,
        INPUT_LINES
    }

    final Tool tool;

    /// The port that makes the host the path of a Unix socket.
    static final int UNIX = 0;

    @Nullable String host;
    int port = -1;
    boolean isWebSocket;
    boolean isSrv;
    @Nullable String bindAddress;
    @Nullable String clientId;
    @Nullable String clientIdPrefix;
    @Nullable String userName;
    @Nullable String password;
    ProtocolVersion version;
    int keepAlive = 60;
    boolean isCleanSession = true;

    /// Seconds; -1 if not given.
    long sessionExpiry = -1;

    @Nullable String willTopic;
    @Nullable String willPayload;
    int willQos;
    boolean isWillRetained;

    @Nullable String caFile;
    @Nullable String caPath;
    @Nullable String certificate;
    @Nullable String key;
    @Nullable String keyForm;
    @Nullable String ciphers;
    @Nullable String alpn;
    @Nullable String tlsVersion;
    @Nullable String tlsEngine;
    @Nullable String tlsEnginePassword;
    @Nullable String keyLog;
    @Nullable String psk;
    @Nullable String pskIdentity;
    boolean isInsecure;
    boolean isWithoutTls;
    boolean isTrustingSystem;
    @Nullable ProxyUrl proxy;

    int qos;
    boolean isRetained;
    boolean isDebug;
    boolean isQuiet;
    Source source = Source.NONE;
    @Nullable String word;
    @Nullable String file;

    /// Of `pub` and `rr`.
    @Nullable String topic;

    @Nullable String responseTopic;
    int repeat = 1;

    /// Seconds.
    double repeatDelay;

    /// Of `sub`.
    final List<String> topics = new ArrayList<>();

    final List<String> filteredOut = new ArrayList<>();
    final List<String> unsubscribed = new ArrayList<>();
    int count;
    int seconds;
    boolean isEndedBySuback;
    boolean isWithoutRetained;
    boolean isRetainedOnly;
    boolean isRemovingRetained;
    boolean isRetainAsPublished;
    RetainHandling retainHandling = RetainHandling.SEND;
    @Nullable String format;
    boolean isVerbose;
    boolean isWithLineBreak = true;
    boolean isPretty;
    boolean isWatching;
    boolean isTree;
    boolean isMessageRate;
    boolean isLatency;

    /// Of ten thousand messages so many are shown.
    int shownOfTenThousand = 10_000;

    final Map<PacketType, Properties.Builder> properties = new EnumMap<>(PacketType.class);
    final Properties.Builder willProperties = Properties.builder();

    ToolOptions(Tool tool) {
        this.tool = tool;
        qos = tool == Tool.CTRL ? 1 : 0;
        version =
                tool == Tool.RR || tool == Tool.CTRL
                        ? ProtocolVersion.MQTT_5
                        : ProtocolVersion.MQTT_3_1_1;
    }

    Properties.Builder propertiesOf(PacketType packet) {
        return properties.computeIfAbsent(packet, p -> Properties.builder());
    }

    Properties propertiesFor(PacketType packet) {
        return version.isMqtt5() ? propertiesOf(packet).build() : Properties.NONE;
    }

    /// The host with its default.
    String hostName() {
        return host == null ? "localhost" : host;
    }

    /// Prints to the standard error unless `--quiet` is given.
    void complain(Stdio io, String line) {
        if (!isQuiet) {
            io.out().flush();
            io.err().print(line);
            io.err().flush();
        }
    }
}
