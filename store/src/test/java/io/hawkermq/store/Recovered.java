package io.hawkermq.store;

import io.hawkermq.core.Message;
import io.hawkermq.core.Recovery;
import io.hawkermq.core.StoredDelivery;
import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredSession;
import io.hawkermq.core.StoredSubscription;
import io.hawkermq.protocol.QoS;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a store gave back, as texts that can be compared; the deliveries also as they are, so that
/// a test can go on with them.
final class Recovered implements Recovery {
    final TreeMap<String, String> all = new TreeMap<>();
    final TreeMap<String, StoredDelivery> deliveries = new TreeMap<>();
    final TreeMap<String, StoredForward> forwards = new TreeMap<>();
    final List<String> order = new ArrayList<>();

    /// What was left to the store, with its bytes.
    final TreeMap<String, Integer> paged = new TreeMap<>();

    private final Map<String, QoS> pagedQos = new HashMap<>();
    private final Map<Long, Integer> taken = new HashMap<>();
    private final int head;

    /// @param head how many deliveries of a session it takes before the rest is left to the store
    Recovered(int head) {
        this.head = head;
    }

    @Override
    public void session(StoredSession s) {
        put("session " + s.number(), text(s));
    }

    @Override
    public void subscription(StoredSubscription s) {
        put("subscription " + s.session() + " " + s.filter(), text(s));
    }

    @Override
    public void delivery(StoredDelivery d) {
        put(name(d), text(d));
        deliveries.put(name(d), d);
        taken.merge(d.session(), 1, Integer::sum);
    }

    @Override
    public boolean takesDelivery(long session) {
        return taken.getOrDefault(session, 0) < head;
    }

    @Override
    public void paged(long session, long sequence, QoS qos, int bytes) {
        String name = String.format("delivery %d %06d", session, sequence);
        order.add(name);
        pagedQos.put(name, qos);
        if (paged.put(name, bytes) != null) {
            throw new AssertionError(name + " came twice");
        }
    }

    /// What was left to the store has come.
    void came(StoredDelivery d) {
        Integer bytes = paged.remove(name(d));
        if (bytes == null || bytes != d.message().message().bytes()) {
            throw new AssertionError(name(d) + " was said to have bytes: " + bytes);
        }
        QoS qos = pagedQos.remove(name(d));
        if (qos != d.qos()) {
            throw new AssertionError(name(d) + " was said to be of QoS " + qos);
        }
        all.put(name(d), text(d));
        deliveries.put(name(d), d);
    }

    @Override
    public void released(long session, int packetId, long order) {
        put("released " + session + " " + packetId, "" + order);
    }

    @Override
    public void received(long session, int packetId) {
        put("received " + session + " " + packetId, "");
    }

    @Override
    public void retained(Message message) {
        put("retained " + message.topic(), text(message));
    }

    @Override
    public void forward(StoredForward f) {
        put("forward " + f.number(), text(f));
        forwards.put("forward " + f.number(), f);
    }

    private void put(String name, String value) {
        order.add(name);
        if (all.put(name, value) != null) {
            throw new AssertionError(name + " came twice");
        }
    }

    static String name(StoredDelivery d) {
        return String.format("delivery %d %06d", d.session(), d.sequence());
    }

    static String text(StoredDelivery d) {
        return text(d.message().message())
                + d.qos()
                + d.retain()
                + d.share()
                + Arrays.toString(d.identifiers())
                + " in flight "
                + d.packetId()
                + "/"
                + (d.packetId() == 0 ? 0 : d.order());
    }

    static String text(StoredSubscription s) {
        return s.options() + " " + s.identifier() + " " + s.retained();
    }

    static String text(StoredForward f) {
        return f.purpose()
                + " "
                + f.slots()
                + " "
                + f.shareName()
                + " "
                + f.filter()
                + text(f.message().message());
    }

    static String text(Message m) {
        return m.topic()
                + "="
                + HexFormat.of().formatHex(m.payload())
                + m.properties()
                + m.qos()
                + m.retain()
                + m.publisher()
                + m.by().principal()
                + m.expiresAt();
    }

    static String text(StoredSession s) {
        var w = s.will();
        return s.clientId()
                + s.userName()
                + s.address()
                + s.expiryInterval()
                + " "
                + s.expiresAt()
                + (w == null
                        ? "-"
                        : w.topic()
                                + HexFormat.of().formatHex(w.payload())
                                + w.qos()
                                + w.retain()
                                + w.properties())
                + s.willAt();
    }
}
