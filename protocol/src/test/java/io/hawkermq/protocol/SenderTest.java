package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Sender.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class SenderTest {
    /// Against a plain model: identifiers are unused and not zero, the quota is kept, nothing is
    /// found that was not begun.
    @Property(tries = 300)
    void agreesWithAModel(@ForAll long seed, @ForAll @IntRange(min = 1, max = 70) int maximum) {
        SplittableRandom random = new SplittableRandom(seed);
        Sender<Integer> sender = new Sender<>(maximum);
        Map<Integer, Sender.Awaited> model = new LinkedHashMap<>();
        int quota = maximum;
        for (int i = 0; i < 500; i++) {
            assertEquals(quota > 0, sender.hasQuota());
            int packetId = model.isEmpty() ? 1 + random.nextInt(100) : anyOf(model, random);
            Sender.Awaited awaited = model.get(packetId);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    if (quota == 0) {
                        continue;
                    }
                    QoS qos = random.nextBoolean() ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
                    int started = sender.start(i, qos);
                    assertTrue(started >= 1 && started <= 65_535);
                    assertNull(
                            model.put(
                                    started,
                                    qos == QoS.AT_LEAST_ONCE
                                            ? Sender.Awaited.PUBACK
                                            : Sender.Awaited.PUBREC));
                    quota--;
                }
                case 2 -> {
                    Outcome expected = expected(awaited, Sender.Awaited.PUBACK);
                    assertEquals(expected, sender.onPuback(packetId));
                    quota += remove(model, packetId, expected);
                }
                case 3 -> {
                    boolean isError = random.nextInt(4) == 0;
                    Outcome expected =
                            awaited == null
                                    ? Outcome.NOT_FOUND
                                    : awaited == Sender.Awaited.PUBACK
                                            ? Outcome.NOT_AWAITED
                                            : isError ? Outcome.COMPLETED : Outcome.RELEASE;
                    ReasonCode code = isError ? ReasonCode.UNSPECIFIED_ERROR : ReasonCode.SUCCESS;
                    assertEquals(expected, sender.onPubrec(packetId, code));
                    if (expected == Outcome.RELEASE) {
                        model.put(packetId, Sender.Awaited.PUBCOMP);
                    }
                    quota += remove(model, packetId, expected);
                }
                default -> {
                    Outcome expected = expected(awaited, Sender.Awaited.PUBCOMP);
                    assertEquals(expected, sender.onPubcomp(packetId));
                    quota += remove(model, packetId, expected);
                }
            }
            assertEquals(model.size(), sender.inFlight());
        }
        assertEquals(new ArrayList<>(model.keySet()), inFlight(sender));
    }

    private static int anyOf(Map<Integer, ?> model, SplittableRandom random) {
        List<Integer> all = new ArrayList<>(model.keySet());
        return all.get(random.nextInt(all.size())) + (random.nextInt(8) == 0 ? 1 : 0);
    }

    private static Outcome expected(
            Sender.@org.jspecify.annotations.Nullable Awaited awaited, Sender.Awaited by) {
        return awaited == null
                ? Outcome.NOT_FOUND
                : awaited == by ? Outcome.COMPLETED : Outcome.NOT_AWAITED;
    }

    private static int remove(Map<Integer, ?> model, int packetId, Outcome outcome) {
        if (outcome != Outcome.COMPLETED) {
            return 0;
        }
        model.remove(packetId);
        return 1;
    }

    private static List<Integer> inFlight(Sender<Integer> sender) {
        List<Integer> all = new ArrayList<>();
        for (var d = sender.oldest(); d != null; d = sender.after(d)) {
            all.add(d.packetId());
        }
        return all;
    }

    @Test
    void bytesAreThoseOfMessagesThatMayStillBeSentAgain() {
        Sender<String> sender = new Sender<>(10);
        int a = sender.start("a", QoS.AT_LEAST_ONCE, 100);
        int b = sender.start("b", QoS.EXACTLY_ONCE, 20);
        int c = sender.start("c", QoS.EXACTLY_ONCE, 3);
        assertEquals(123, sender.bytes());
        sender.onPubrec(b, ReasonCode.SUCCESS);
        assertEquals(103, sender.bytes());
        sender.onPubcomp(b);
        assertEquals(103, sender.bytes());
        sender.resume(10);
        sender.onPuback(a);
        assertEquals(3, sender.bytes());
        sender.abandon(c);
        assertEquals(0, sender.bytes());
        sender.restore(c, "c", QoS.EXACTLY_ONCE, 3);
        assertEquals(3, sender.bytes());
    }

    @Test
    void aNarrowedQuotaIsWaitedFor() {
        Sender<String> sender = new Sender<>(1);
        sender.widen(1);
        int a = sender.start("a", QoS.AT_LEAST_ONCE);
        int b = sender.start("b", QoS.AT_LEAST_ONCE);
        assertFalse(sender.hasQuota());
        sender.widen(-1);
        sender.onPuback(a);
        assertFalse(sender.hasQuota());
        sender.onPuback(b);
        assertTrue(sender.hasQuota());
    }

    @Test
    void identifiersWrapAroundWhatIsStillInFlight() {
        Sender<String> sender = new Sender<>(65_535);
        int kept = sender.start("kept", QoS.EXACTLY_ONCE);
        for (int i = 0; i < 200_000; i++) {
            int packetId = sender.start("passing", QoS.AT_LEAST_ONCE);
            assertTrue(packetId != kept && packetId >= 1 && packetId <= 65_535);
            assertEquals(Outcome.COMPLETED, sender.onPuback(packetId));
        }
        assertNotNull(sender.find(kept));
    }

    @Test
    void allIdentifiersCanBeInFlightAndNoMore() {
        Sender<String> sender = new Sender<>(65_535);
        boolean[] used = new boolean[65_536];
        for (int i = 0; i < 65_535; i++) {
            int packetId = sender.start("x", QoS.AT_LEAST_ONCE);
            assertFalse(used[packetId]);
            used[packetId] = true;
        }
        assertFalse(sender.hasQuota());
        assertThrows(IllegalStateException.class, () -> sender.start("x", QoS.AT_LEAST_ONCE));
        assertEquals(Outcome.COMPLETED, sender.onPuback(777));
        assertEquals(777, sender.start("x", QoS.AT_LEAST_ONCE));
    }

    /// Those reserved are no deliveries, so that the slots are few.
    @Test
    void theLastFreeIdentifierIsFoundThoughASlotIsShared() {
        Sender<String> sender = new Sender<>(10);
        assertEquals(1, sender.start("x", QoS.AT_LEAST_ONCE));
        for (int packetId = 2; packetId <= 65_535; packetId++) {
            assertEquals(packetId, sender.reserve());
        }
        sender.release(5);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertEquals(5, sender.start("y", QoS.AT_LEAST_ONCE)));
        assertFalse(sender.hasQuota());
    }

    @Test
    void resendsInOrderWithinTheNewQuotaAndPubrelAtOnce() {
        Sender<String> sender = new Sender<>(10);
        int a = sender.start("a", QoS.AT_LEAST_ONCE);
        int b = sender.start("b", QoS.EXACTLY_ONCE);
        int c = sender.start("c", QoS.EXACTLY_ONCE);
        int d = sender.start("d", QoS.AT_LEAST_ONCE);
        sender.onPubrec(c, ReasonCode.SUCCESS);
        sender.resume(1);
        assertEquals(c, resent(sender)); // [MQTT-3.3.4-10]
        assertEquals(a, resent(sender));
        assertEquals(0, resent(sender));
        assertTrue(sender.isResending());
        assertFalse(sender.hasQuota());
        sender.onPubcomp(c); // took no quota on this connection, so it gives none back
        assertEquals(0, resent(sender));
        sender.onPuback(a);
        assertEquals(b, resent(sender));
        sender.onPubrec(b, ReasonCode.SUCCESS);
        sender.onPubcomp(b);
        assertEquals(d, resent(sender));
        assertFalse(sender.isResending());
        sender.onPuback(d);
        assertTrue(sender.hasQuota());
        assertEquals(0, sender.inFlight());
    }

    private static int resent(Sender<String> sender) {
        Sender.InFlight<String> next = sender.nextToResend();
        return next == null ? 0 : next.packetId();
    }

    @Test
    void whatIsAcknowledgedBeforeItsTurnIsNotResent() {
        Sender<String> sender = new Sender<>(10);
        int a = sender.start("a", QoS.EXACTLY_ONCE);
        int b = sender.start("b", QoS.AT_LEAST_ONCE);
        int c = sender.start("c", QoS.EXACTLY_ONCE);
        sender.resume(10);
        sender.onPuback(b);
        assertEquals(Outcome.RELEASE, sender.onPubrec(c, ReasonCode.SUCCESS));
        assertEquals(a, resent(sender));
        assertEquals(0, resent(sender));
        assertFalse(sender.isResending());
    }
}
