package io.hawkermq.it.crash;

import io.hawkermq.client.Message;
import io.hawkermq.client.MqttClient;
import io.hawkermq.client.Outbox;
import io.hawkermq.client.Reconnect;
import io.hawkermq.protocol.QoS;
import java.nio.file.Path;
import java.time.Duration;

/// The process that [OutboxKillTest] kills: puts numbered messages into an outbox and says of each
/// when it was accepted. With the argument `drain` it only sends what is left.
final class OutboxProgram {
    private static final Duration DRAIN = Duration.ofMinutes(5);

    private OutboxProgram() {}

    /// Arguments: URI, folder, QoS, number of this run or `drain`.
    public static void main(String[] args) {
        QoS qos = args[2].equals("1") ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
        MqttClient client =
                MqttClient.builder()
                        .uri(args[0])
                        .clientId("outbox")
                        .resumeSession(Duration.ofHours(1))
                        .outbox(Outbox.unforcedIn(Path.of(args[1])))
                        .reconnect(Reconnect.always().withFirst())
                        .connect();
        if (args[3].equals("drain")) {
            client.close(DRAIN);
            System.out.println("drained");
            return;
        }
        for (long i = 1; ; i++) {
            client.enqueue(Message.to("outbox").text(args[3] + ":" + i).qos(qos).build());
            System.out.println(i);
            System.out.flush();
        }
    }
}
