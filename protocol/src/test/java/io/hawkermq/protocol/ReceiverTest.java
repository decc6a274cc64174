package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiverTest {
    /// Against a set: few identifiers so that they meet, all of them, and so many that all are used.
    @ParameterizedTest
    @ValueSource(ints = {3, 200, 65_535})
    void itKnowsWhatIsUnreleased(int identifiers) {
        Random random = new Random(identifiers);
        Receiver receiver = new Receiver();
        Set<Integer> model = new HashSet<>();
        for (int i = 0; i < 200_000; i++) {
            int packetId = 1 + random.nextInt(identifiers);
            if (random.nextInt(3) > 0) {
                assertEquals(model.add(packetId), receiver.onPublish(packetId));
            } else {
                assertEquals(model.remove(packetId), receiver.onPubrel(packetId));
            }
            int asked = 1 + random.nextInt(identifiers);
            assertEquals(model.contains(asked), receiver.isUnreleased(asked));
            assertEquals(model.size(), receiver.unreleased());
        }
        for (int packetId : Set.copyOf(model)) {
            receiver.onPubrel(packetId);
        }
        assertEquals(0, receiver.unreleased());
    }
}
