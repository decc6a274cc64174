package io.hawkermq.client;

import io.hawkermq.protocol.MalformedPacketException;
import io.hawkermq.protocol.Packet;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Enhanced authentication on one connection, section 4.12: in the handshake, and again whenever
/// the program wants. What an [Authenticator] computes, it computes on a virtual thread.
final class Authentication {
    /// A step of an authenticator, which may throw.
    private interface Step {
        byte @Nullable [] run(Authenticator authenticator) throws Exception;
    }

    /// What to do with its answer.
    private interface Then {
        void run(byte @Nullable [] data);
    }

    private final ClientCore core;
    private final Connection connection;
    private @Nullable Authenticator authenticator;
    private @Nullable CompletableFuture<Void> again;
    private boolean isStepping;

    Authentication(ClientCore core, Connection connection, @Nullable Authenticator authenticator) {
        this.core = core;
        this.connection = connection;
        this.authenticator = authenticator;
    }

    Properties inConnect(Properties properties, byte @Nullable [] first) {
        Authenticator a = authenticator;
        return a == null ? properties : with(properties, a.method(), first);
    }

    private static Properties with(Properties properties, String method, byte @Nullable [] data) {
        Properties p = properties.with(Property.AUTHENTICATION_METHOD, method);
        return data == null ? p : p.with(Property.AUTHENTICATION_DATA, data);
    }

    void onAuth(Packet.Auth p) throws MalformedPacketException {
        Authenticator a = authenticator;
        boolean isExpected = !connection.isAccepted() || again != null;
        String method = p.properties().text(Property.AUTHENTICATION_METHOD);
        if (a == null || !isExpected || !a.method().equals(method)) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, "AUTH was not asked for"); // [MQTT-4.12.0-6]
        }
        checkNoStep("AUTH");
        byte[] data = p.properties().binary(Property.AUTHENTICATION_DATA);
        switch (p.reasonCode()) {
            case CONTINUE_AUTHENTICATION ->
                    step(
                            x -> x.next(data),
                            answer -> send(ReasonCode.CONTINUE_AUTHENTICATION, a.method(), answer));
            case SUCCESS -> {
                if (!connection.isAccepted()) {
                    throw new MalformedPacketException(
                            ReasonCode.PROTOCOL_ERROR, "AUTH says success instead of CONNACK");
                }
                succeed(data, this::finishAgain);
            }
            default ->
                    throw new MalformedPacketException(
                            ReasonCode.PROTOCOL_ERROR, "AUTH has " + p.reasonCode());
        }
    }

    private void send(ReasonCode code, String method, byte @Nullable [] data) {
        connection.send(new Packet.Auth(code, with(Properties.NONE, method, data)));
    }

    /// A server waits for what it has asked for. One that does not would have a thread for each packet.
    private void checkNoStep(String packet) throws MalformedPacketException {
        if (isStepping) {
            throw new MalformedPacketException(
                    ReasonCode.PROTOCOL_ERROR, packet + " came before the answer to an AUTH");
        }
    }

    void onConnack(byte @Nullable [] data, Runnable accept) throws MalformedPacketException {
        if (authenticator == null) {
            accept.run();
        } else {
            checkNoStep("CONNACK");
            succeed(data, accept);
        }
    }

    private void succeed(byte @Nullable [] data, Runnable then) {
        step(
                x -> {
                    x.succeeded(data);
                    return null;
                },
                nothing -> then.run());
    }

    private void finishAgain() {
        CompletableFuture<Void> done = again;
        again = null;
        if (done != null) {
            done.complete(null);
        }
    }

    /// Authenticates again on a connection that stands.
    void authenticateAgain(Authenticator fresh, CompletableFuture<Void> done) {
        if (authenticator == null || again != null || isStepping) {
            done.completeExceptionally(
                    new IllegalStateException(
                            authenticator != null
                                    ? "an authentication is under way"
                                    : "the connection was made without enhanced authentication"));
            return;
        }
        authenticator = fresh;
        again = done;
        step(Authenticator::first, data -> send(ReasonCode.RE_AUTHENTICATE, fresh.method(), data));
    }

    /// The connection has ended.
    void ended(Ending ending) {
        CompletableFuture<Void> done = again;
        again = null;
        if (done != null) {
            done.completeExceptionally(new ConnectionException(ending));
        }
    }

    private void step(Step step, Then then) {
        Authenticator a = authenticator;
        if (a == null) {
            return;
        }
        isStepping = true;
        core.group()
                .start(
                        "mqtt-authentication",
                        () -> {
                            try {
                                byte[] data = checked(step.run(a));
                                core.loop()
                                        .execute(() -> {
                                            isStepping = false;
                                            then.run(data);
                                        });
                            } catch (Exception e) {
                                core.loop().execute(() -> fail(e));
                            }
                        });
    }

    static byte @Nullable [] checked(byte @Nullable [] data) {
        return data == null ? null : Texts.binary(Property.AUTHENTICATION_DATA, data);
    }

    private void fail(Exception e) {
        String message = e.getMessage();
        connection.end(
                new Ending.AuthenticationFailed(
                        message == null ? e.getClass().getSimpleName() : message, e),
                null);
    }
}
