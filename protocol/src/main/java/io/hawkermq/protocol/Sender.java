package io.hawkermq.protocol;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The sending half of the QoS 1 and QoS 2 flows of section 4.3, the same at both ends: which
/// packet identifiers are in use, what is unacknowledged and in which order, and how many more
/// may be sent before the other end acknowledges some (the send quota of section 4.9).
///
/// It survives the network connection as part of the session state. It sends nothing itself: its
/// owner does what the answers say.
///
/// @param <T> what the owner keeps of a message until it is acknowledged
public final class Sender<T> {
    /// What a QoS 2 delivery, or a QoS 1 delivery, waits for.
    public enum Awaited {
        PUBACK,
        PUBREC,
        PUBCOMP
    }

    /// What an acknowledgement meant.
    public enum Outcome {
        /// The delivery is over; its packet identifier is free again.
        COMPLETED,
        /// PUBREL is to be sent now [MQTT-4.3.3-4].
        RELEASE,
        /// No delivery has this packet identifier.
        NOT_FOUND,
        /// The delivery with this packet identifier waits for another packet.
        NOT_AWAITED
    }

    /// One unacknowledged delivery.
    public static final class InFlight<T> {
        private final int packetId;
        private int bytes;
        private @Nullable T message;
        private Awaited awaited;
        private boolean takesQuota;
        private boolean isToBeResent;
        private @Nullable InFlight<T> previous;
        private @Nullable InFlight<T> next;

        private InFlight(int packetId, @Nullable T message, Awaited awaited) {
            this.packetId = packetId;
            this.message = message;
            this.awaited = awaited;
        }

        public int packetId() {
            return packetId;
        }

        /// Null once PUBREC has come: only PUBREL may be sent then [MQTT-4.3.3-6].
        public @Nullable T message() {
            return message;
        }
    }

    private static final int MAXIMUM_PACKET_ID = 65_535;

    @SuppressWarnings("rawtypes") // as in newSlots
    private static final @Nullable InFlight[] NO_SLOTS = new InFlight[0];

    // Slots by packetId modulo the length, a power of two. Identifiers are given out in sequence,
    // so that deliveries in flight at the same time seldom meet in one slot.
    private @Nullable InFlight<T>[] slots = noSlots();
    private int count;
    private int lastPacketId;
    private int quota;
    private long bytes;
    private @Nullable BitSet reserved;
    private int reservedCount;
    private @Nullable InFlight<T> oldest;
    private @Nullable InFlight<T> newest;

    // Of what is to be sent again: how much there is, and before which nothing of it is left,
    // separately for PUBREL and PUBLISH.
    private int countToResend;
    private @Nullable InFlight<T> firstPubrel;
    private @Nullable InFlight<T> firstPublish;

    /// @param receiveMaximum the other end's Receive Maximum, 1 to 65,535
    public Sender(int receiveMaximum) {
        quota = receiveMaximum;
    }

    /// How many deliveries are unacknowledged.
    public int inFlight() {
        return count;
    }

    /// What they were said to have in bytes, without those whose PUBREC has come.
    public long bytes() {
        return bytes;
    }

    /// True if a PUBLISH of QoS 1 or 2 may be sent now [MQTT-4.9.0-2].
    public boolean hasQuota() {
        return hasQuota(1);
    }

    /// True if so many may be.
    public boolean hasQuota(int deliveries) {
        return quota >= deliveries && count + reservedCount + deliveries <= MAXIMUM_PACKET_ID;
    }

    /// Lets so many more be unacknowledged than [#resume] did; fewer if negative, as soon as enough are
    /// acknowledged.
    public void widen(int more) {
        quota += more;
    }

    /// Begins a delivery whose bytes are of no account.
    ///
    /// @see #start(Object, QoS, int)
    public int start(T message, QoS qos) {
        return start(message, qos, 0);
    }

    /// Begins a delivery and takes one of the quota.
    ///
    /// @param qos 1 or 2
    /// @param ofBytes what it adds to [#bytes], 0 or more
    /// @return its packet identifier, unused and not zero [MQTT-2.2.1-4]
    /// @throws IllegalStateException without quota
    public int start(T message, QoS qos, int ofBytes) {
        if (!hasQuota()) {
            throw new IllegalStateException("no send quota");
        }
        if (2 * (count + 1) > slots.length) {
            grow();
        }
        int packetId = following(lastPacketId);
        while (slots[packetId & (slots.length - 1)] != null || isReserved(packetId)) {
            if (packetId == lastPacketId) {
                grow(); // all that are free share slots with deliveries
            }
            packetId = following(packetId);
        }
        InFlight<T> delivery =
                add(packetId, message, qos == QoS.EXACTLY_ONCE ? Awaited.PUBREC : Awaited.PUBACK);
        charge(delivery, ofBytes);
        delivery.takesQuota = true;
        quota--;
        return packetId;
    }

    /// Takes a packet identifier for a SUBSCRIBE or an UNSUBSCRIBE, which share the identifiers of
    /// PUBLISH and need no quota [MQTT-2.2.1-3].
    ///
    /// @return an unused one, 1 to 65,535; or 0 if all are used
    public int reserve() {
        BitSet taken = reserved;
        if (taken == null) {
            taken = new BitSet();
            reserved = taken;
        }
        for (int tried = 0; tried < MAXIMUM_PACKET_ID; tried++) {
            lastPacketId = following(lastPacketId);
            if (find(lastPacketId) == null && !taken.get(lastPacketId)) {
                taken.set(lastPacketId);
                reservedCount++;
                return lastPacketId;
            }
        }
        return 0;
    }

    /// Gives back what [#reserve] has taken.
    public void release(int packetId) {
        BitSet taken = reserved;
        if (taken != null && taken.get(packetId)) {
            taken.clear(packetId);
            if (--reservedCount == 0) {
                reserved = null;
            }
        }
    }

    private boolean isReserved(int packetId) {
        BitSet taken = reserved;
        return taken != null && taken.get(packetId);
    }

    /// Passes over an identifier, for a message that waited and is not sent after all: Mosquitto
    /// numbers what it queues.
    public void skip() {
        lastPacketId = following(lastPacketId);
    }

    private static int following(int packetId) {
        return packetId == MAXIMUM_PACKET_ID ? 1 : packetId + 1;
    }

    private void charge(InFlight<T> delivery, int ofBytes) {
        delivery.bytes = ofBytes;
        bytes += ofBytes;
    }

    private void discharge(InFlight<T> delivery) {
        bytes -= delivery.bytes;
        delivery.bytes = 0;
    }

    private InFlight<T> add(int packetId, @Nullable T message, Awaited awaited) {
        lastPacketId = packetId;
        InFlight<T> delivery = new InFlight<>(packetId, message, awaited);
        slots[packetId & (slots.length - 1)] = delivery;
        count++;
        delivery.previous = newest;
        if (newest == null) {
            oldest = delivery;
        } else {
            newest.next = delivery;
        }
        newest = delivery;
        return delivery;
    }

    /// Takes back a delivery that was unacknowledged when its owner was stopped; in the order in
    /// which they were begun. Nothing of it takes quota until [#resume].
    ///
    /// @param qos 1 or 2
    /// @param ofBytes as in [#start(Object, QoS, int)]
    /// @throws IllegalArgumentException if the packet identifier is in use
    public void restore(int packetId, T message, QoS qos, int ofBytes) {
        Awaited awaited = qos == QoS.EXACTLY_ONCE ? Awaited.PUBREC : Awaited.PUBACK;
        charge(restore(packetId, message, awaited), ofBytes);
    }

    /// Takes back a delivery whose PUBREC had come.
    public void restoreReleased(int packetId) {
        restore(packetId, null, Awaited.PUBCOMP);
    }

    private InFlight<T> restore(int packetId, @Nullable T message, Awaited awaited) {
        if (find(packetId) != null) {
            throw new IllegalArgumentException("packet identifier " + packetId + " is in use");
        }
        while (2 * (count + 1) > slots.length || slots[packetId & (slots.length - 1)] != null) {
            grow();
        }
        return add(packetId, message, awaited);
    }

    /// The unacknowledged delivery with this packet identifier, or null.
    public @Nullable InFlight<T> find(int packetId) {
        if (slots.length == 0) {
            return null;
        }
        InFlight<T> delivery = slots[packetId & (slots.length - 1)];
        return delivery != null && delivery.packetId == packetId ? delivery : null;
    }

    /// A PUBACK came, whatever its Reason Code [MQTT-4.4.0-2].
    public Outcome onPuback(int packetId) {
        InFlight<T> delivery = find(packetId);
        if (delivery == null) {
            return Outcome.NOT_FOUND;
        }
        if (delivery.awaited != Awaited.PUBACK) {
            return Outcome.NOT_AWAITED;
        }
        remove(delivery);
        return Outcome.COMPLETED;
    }

    /// A PUBREC came. An error ends the delivery [MQTT-4.4.0-2]; otherwise PUBREL is due, also when
    /// this PUBREC is a repeated one.
    public Outcome onPubrec(int packetId, ReasonCode reasonCode) {
        InFlight<T> delivery = find(packetId);
        if (delivery == null) {
            return Outcome.NOT_FOUND;
        }
        if (delivery.awaited == Awaited.PUBACK) {
            return Outcome.NOT_AWAITED;
        }
        if (reasonCode.isError()) {
            remove(delivery);
            return Outcome.COMPLETED;
        }
        settled(delivery);
        delivery.awaited = Awaited.PUBCOMP;
        discharge(delivery);
        delivery.message = null;
        return Outcome.RELEASE;
    }

    /// A PUBCOMP came, whatever its Reason Code.
    public Outcome onPubcomp(int packetId) {
        InFlight<T> delivery = find(packetId);
        if (delivery == null) {
            return Outcome.NOT_FOUND;
        }
        if (delivery.awaited != Awaited.PUBCOMP) {
            return Outcome.NOT_AWAITED;
        }
        remove(delivery);
        return Outcome.COMPLETED;
    }

    /// Ends a delivery of which nothing was sent.
    public void abandon(int packetId) {
        InFlight<T> delivery = find(packetId);
        if (delivery != null) {
            remove(delivery);
        }
    }

    /// A new network connection resumes the session: the quota begins anew, and everything
    /// unacknowledged is to be sent again through [#nextToResend] [MQTT-4.4.0-1].
    ///
    /// @param receiveMaximum the other end's Receive Maximum on this connection
    public void resume(int receiveMaximum) {
        quota = receiveMaximum;
        for (InFlight<T> d = oldest; d != null; d = d.next) {
            d.takesQuota = false;
            d.isToBeResent = true;
        }
        countToResend = count;
        firstPubrel = oldest;
        firstPublish = oldest;
    }

    /// True until everything unacknowledged has been sent again; nothing new may be sent before,
    /// or it would overtake.
    public boolean isResending() {
        return countToResend > 0;
    }

    /// The next delivery to be sent again, or null if there is none or no quota for it. First come
    /// those that await PUBCOMP, sent as PUBREL, which need no quota and must not wait for any
    /// [MQTT-3.3.4-10]; then the others. Both in the order in which they were begun.
    public @Nullable InFlight<T> nextToResend() {
        if (countToResend == 0) {
            return null;
        }
        InFlight<T> delivery = firstPubrel;
        while (delivery != null && !isToBeResent(delivery, true)) {
            delivery = delivery.next;
        }
        firstPubrel = delivery;
        if (delivery == null) {
            if (quota <= 0) {
                return null;
            }
            delivery = firstPublish;
            while (delivery != null && !isToBeResent(delivery, false)) {
                delivery = delivery.next;
            }
            firstPublish = delivery;
            if (delivery == null) {
                return null;
            }
            quota--;
            delivery.takesQuota = true;
        }
        settled(delivery);
        return delivery;
    }

    private static boolean isToBeResent(InFlight<?> delivery, boolean asPubrel) {
        return delivery.isToBeResent && (delivery.awaited == Awaited.PUBCOMP) == asPubrel;
    }

    private void settled(InFlight<T> delivery) {
        if (delivery.isToBeResent) {
            delivery.isToBeResent = false;
            countToResend--;
        }
    }

    /// The oldest unacknowledged delivery, then by [#after] the others in their order.
    public @Nullable InFlight<T> oldest() {
        return oldest;
    }

    public @Nullable InFlight<T> after(InFlight<T> delivery) {
        return delivery.next;
    }

    private void remove(InFlight<T> delivery) {
        slots[delivery.packetId & (slots.length - 1)] = null;
        count--;
        discharge(delivery);
        if (delivery.takesQuota) {
            quota++;
        }
        settled(delivery);
        if (firstPubrel == delivery) {
            firstPubrel = delivery.next;
        }
        if (firstPublish == delivery) {
            firstPublish = delivery.next;
        }
        if (delivery.previous == null) {
            oldest = delivery.next;
        } else {
            delivery.previous.next = delivery.next;
        }
        if (delivery.next == null) {
            newest = delivery.previous;
        } else {
            delivery.next.previous = delivery.previous;
        }
    }

    private void grow() {
        // Identifiers that differ modulo the old length differ modulo its double.
        slots = newSlots(Math.max(4, slots.length * 2));
        for (InFlight<T> d = oldest; d != null; d = d.next) {
            slots[d.packetId & (slots.length - 1)] = d;
        }
    }

    @SuppressWarnings("unchecked") // there is nothing in it that could be of another type
    private static <T> @Nullable InFlight<T>[] noSlots() {
        return (@Nullable InFlight<T>[]) NO_SLOTS;
    }

    @SuppressWarnings({
        "unchecked",
        "rawtypes"
    }) // an array of a generic type cannot be made otherwise
    private static <T> @Nullable InFlight<T>[] newSlots(int length) {
        return (@Nullable InFlight<T>[]) new InFlight[length];
    }
}
