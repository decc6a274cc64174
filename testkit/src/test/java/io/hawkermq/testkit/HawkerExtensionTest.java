package io.hawkermq.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The three ways in which tests get their broker.
class HawkerExtensionTest {
    private static final List<HawkerBroker> SEEN = new ArrayList<>();

    private static void isClosed(HawkerBroker broker) {
        assertThrows(IllegalStateException.class, broker::clients);
    }

    @Nested
    @ExtendWith(HawkerExtension.class)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    class AParameterIsOneForTheTest {
        @Test
        void first(HawkerBroker broker, HawkerBroker same) throws Exception {
            assertSame(broker, same);
            assertEquals(List.of(), broker.clients());
            SEEN.add(broker);
        }

        @Test
        void second(HawkerBroker broker) throws Exception {
            assertEquals(List.of(), broker.clients());
            assertNotSame(SEEN.getLast(), broker);
            isClosed(SEEN.getLast());
        }
    }

    @Nested
    @TestMethodOrder(MethodOrderer.MethodName.class)
    class AStaticFieldIsOneForTheClass {
        @RegisterExtension
        static final HawkerExtension HAWKER = new HawkerExtension(HawkerBroker.setup());

        private static @Nullable HawkerBroker ofClass;

        @BeforeAll
        static void isThereAlready() {
            ofClass = HAWKER.broker();
        }

        @Test
        void first(HawkerBroker broker) throws Exception {
            assertSame(ofClass, broker);
            broker.publish("t", "x");
        }

        @Test
        void second() {
            assertSame(ofClass, HAWKER.broker());
            assertEquals(List.of(), HAWKER.broker().published("#"));
        }
    }

    @Nested
    @TestMethodOrder(MethodOrderer.MethodName.class)
    class AFieldIsOneForTheTest {
        @RegisterExtension
        final HawkerExtension hawker = new HawkerExtension(HawkerBroker.setup().user("a", "b"));

        @Test
        void first(HawkerBroker broker) {
            assertSame(hawker.broker(), broker);
            SEEN.add(broker);
        }

        @Test
        void second() {
            assertNotSame(SEEN.getLast(), hawker.broker());
            isClosed(SEEN.getLast());
        }
    }

    @Test
    void withoutATestThereIsNone() {
        assertThrows(IllegalStateException.class, new HawkerExtension()::broker);
    }
}
