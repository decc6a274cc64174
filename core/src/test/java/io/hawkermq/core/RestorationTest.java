package io.hawkermq.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// What a store holds of which a part was lost.
final class RestorationTest {
    private static final long SESSION = 64;

    private final HeldStore store = new HeldStore();
    private final TestShards shards = new TestShards(1, store);
    private final Restoration restoration =
            new Restoration(shards.all(), shards.slots(), shards.get(0).now());

    RestorationTest() {
        restoration.session(ResumingClient.stored(SESSION));
    }

    private static StoredDelivery inFlight(long sequence, int packetId, long order) {
        Message message =
                new Message(
                        TopicName.of("t/" + sequence),
                        new byte[1],
                        Properties.NONE,
                        QoS.EXACTLY_ONCE,
                        false,
                        "publisher",
                        Message.NEVER);
        StoredDelivery d =
                new StoredDelivery(
                        SESSION,
                        sequence,
                        new StoredMessage(message),
                        QoS.EXACTLY_ONCE,
                        false,
                        null,
                        0);
        d.begun(packetId, order);
        return d;
    }

    private List<String> restored() {
        restoration.finish();
        return Objects.requireNonNull(shards.get(0).find(ResumingClient.CLIENT_ID))
                .outgoing()
                .stored()
                .stream()
                .map(d -> d.message().message().topic().toString())
                .toList();
    }

    /// That the client has taken the first one stood in a block that is lost.
    @Test
    void ofTwoInFlightUnderOnePacketIdentifierTheEarlierOneIsOver() {
        StoredDelivery earlier = inFlight(1, 5, 10);
        restoration.delivery(earlier);
        restoration.delivery(inFlight(2, 6, 11));
        restoration.delivery(inFlight(3, 5, 12));

        assertEquals(List.of("t/2", "t/3"), restored());
        assertEquals(new StoreChange.RemoveDelivery(earlier), store.changes.getFirst());
    }

    @Test
    void soIsOneThatWasReleased() {
        restoration.delivery(inFlight(1, 5, 12));
        restoration.released(SESSION, 5, 10);

        assertEquals(List.of("t/1"), restored());
        assertEquals(new StoreChange.RemoveReleased(SESSION, 5), store.changes.getFirst());
    }

    @Test
    void whatWasReleasedIsNotSentAgain() {
        StoredDelivery sent = inFlight(1, 5, 10);
        restoration.delivery(sent);
        restoration.released(SESSION, 5, 12);

        assertEquals(List.of(), restored());
        assertEquals(new StoreChange.RemoveDelivery(sent), store.changes.getFirst());
    }
}
