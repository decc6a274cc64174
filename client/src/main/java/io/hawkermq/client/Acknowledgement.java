package io.hawkermq.client;

/// When a message of QoS 1 or 2 is acknowledged to the server. Whatever is chosen, PUBACK and
/// PUBREC leave in the order in which the messages came [MQTT-4.6.0-2] [MQTT-4.6.0-3].
public enum Acknowledgement {
    /// As soon as the message is in the subscription's buffer; when the buffer is full, as soon as
    /// it is taken out. A slow handler stalls nobody. What is in the buffer when the process dies
    /// is lost.
    ON_ARRIVAL,

    /// When the handler is through with it, or the reader asks for its next message. What was not
    /// handled comes again after a crash, if the session is kept. A slow handler uses up the
    /// Receive Maximum, and later messages of other subscriptions wait. A message whose handler
    /// has thrown is acknowledged too, after the error handler has got the exception: since
    /// acknowledgements keep their order, holding it back would hold back all others.
    AFTER_HANDLER,

    /// When the program calls [IncomingMessage#acknowledge].
    MANUAL
}
