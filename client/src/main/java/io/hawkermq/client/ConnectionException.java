package io.hawkermq.client;

/// There is no network connection, or it ended before the operation did; [#ending] says why.
public final class ConnectionException extends MqttException {
    private static final long serialVersionUID = 1L;

    private final transient Ending ending;

    ConnectionException(Ending ending) {
        super(ending.text(), ending.cause());
        this.ending = ending;
    }

    /// {@return why the connection ended, or was never there}
    public Ending ending() {
        return ending;
    }
}
