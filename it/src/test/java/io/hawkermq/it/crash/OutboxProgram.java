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
    private OutboxProgram() {}

    /// Arguments: URI, folder, number of this run or `drain`.
    public static void main(String[] args) {
        try (MqttClient client =
                MqttClient.builder()
                        .uri(args[0])
                        .clientId("outbox")
                        .resumeSession(Duration.ofHours(1))
                        .outbox(Outbox.unforcedIn(Path.of(args[1])))
                        .reconnect(Reconnect.always().withFirst())
                        .connect()) {
            if (!args[2].equals("drain")) {
                for (long i = 1; ; i++) {
                    client.enqueue(
                            Message.to("outbox")
                                    .text(args[2] + ":" + i)
                                    .qos(QoS.EXACTLY_ONCE)
                                    .build());
                    System.out.println(i);
                    System.out.flush();
                }
            }
        }
        System.out.println("drained");
    }
}
