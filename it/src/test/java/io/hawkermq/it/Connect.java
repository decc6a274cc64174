package io.hawkermq.it;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of a CONNECT, built step by step.
public final class Connect {
    final Version version;
    final String clientId;
    private boolean clean = true;
    private int keepAlive;
    private final List<byte[]> props = new ArrayList<>();
    private final List<byte[]> willProps = new ArrayList<>();
    private byte @Nullable [] willTopic;
    private byte[] willPayload = new byte[0];
    private int willFlags;
    private byte @Nullable [] userName;
    private byte @Nullable [] password;

    private Connect(Version version, String clientId) {
        this.version = version;
        this.clientId = clientId;
    }

    public static Connect as(Version version, String clientId) {
        return new Connect(version, clientId);
    }

    /// A CONNECT that continues the session, which is kept for an hour after the connection.
    public static Connect resuming(Version version, String clientId) {
        Connect c = new Connect(version, clientId).cleanStart(0);
        return version.is5() ? c.with(Prop.SESSION_EXPIRY.of(3600)) : c;
    }

    /// Sets the flag Clean Start, Clean Session before version 5, to 0 or 1.
    public Connect cleanStart(int flag) {
        clean = flag == 1;
        return this;
    }

    /// Seconds.
    public Connect keepAlive(int seconds) {
        keepAlive = seconds;
        return this;
    }

    public Connect with(byte[]... properties) {
        props.addAll(List.of(properties));
        return this;
    }

    public Connect will(String topic, String payload, int qos, byte[]... properties) {
        willTopic = Wire.utf8(topic);
        willPayload = Wire.utf8(payload);
        willFlags = 0x04 | qos << 3;
        willProps.addAll(List.of(properties));
        return this;
    }

    public Connect willRetained() {
        willFlags |= 0x20;
        return this;
    }

    public Connect willTopicBytes(byte[] topic) {
        willTopic = topic;
        willFlags = 0x04;
        return this;
    }

    public Connect userName(byte[] name) {
        userName = name;
        return this;
    }

    public Connect password(byte[] value) {
        password = value;
        return this;
    }

    int flags() {
        return (clean ? 0x02 : 0)
                | willFlags
                | (userName == null ? 0 : 0x80)
                | (password == null ? 0 : 0x40);
    }

    byte[] payload() {
        byte[] p = Wire.text(clientId);
        if (willTopic != null) {
            byte[][] w = willProps.toArray(new byte[0][]);
            p =
                    Wire.join(
                            p,
                            Wire.props(version, w),
                            Wire.binary(willTopic),
                            Wire.binary(willPayload));
        }
        if (userName != null) {
            p = Wire.join(p, Wire.binary(userName));
        }
        if (password != null) {
            p = Wire.join(p, Wire.binary(password));
        }
        return p;
    }

    public byte[] bytes() {
        return bytes(flags(), payload());
    }

    /// The packet with other Connect Flags than the fields ask for.
    public byte[] bytesWithFlags(int flags) {
        return bytes(flags, payload());
    }

    /// The packet with other Connect Flags and another payload than the fields ask for.
    public byte[] bytes(int flags, byte[] payload) {
        return Wire.packet(
                0x10,
                Wire.text(version == Version.V31 ? "MQIsdp" : "MQTT"),
                Wire.bytes(version.level(), flags),
                Wire.two(keepAlive),
                Wire.props(version, props.toArray(new byte[0][])),
                payload);
    }
}
