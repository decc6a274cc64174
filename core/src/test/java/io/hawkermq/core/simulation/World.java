package io.hawkermq.core.simulation;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.Connection;
import io.hawkermq.core.Counters;
import io.hawkermq.core.DropReason;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.LogLevel;
import io.hawkermq.core.Mailboxes;
import io.hawkermq.core.Restoration;
import io.hawkermq.core.SlotMove;
import io.hawkermq.core.Slots;
import io.hawkermq.core.Store;
import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.QoS;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Everything there is in one run: the broker's core in some shards, clients, the network between
/// them, a clock, and the oracle that watches.
final class World {
    private static final int MOST_EVENTS = 3_000_000;

    /// Longer than any single step takes.
    private static final int QUIET_MILLIS = 2_500;

    private final RandomGenerator random;
    private final Mutation mutation;
    private final Profile profile;
    private final Schedule schedule = new Schedule();
    private final Trace trace;
    private final Kind kind;
    private final @Nullable SimulatedStore store;
    private int crashesLeft;
    private boolean isDown;
    private boolean hasBeenFull;
    private final long[] droppedBefore = new long[DropReason.values().length];
    private Slots slots;
    private final Mailboxes mailboxes;
    private final List<ShardLoop> loops = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<Published> messages = new ArrayList<>();
    private final Oracle oracle;
    private final Deliveries deliveries;
    private final int turnDelay;
    private int lastIdentifier;
    private long progressAt;
    private boolean isHealed;

    /// What the broker has for a store.
    enum Kind {
        MEMORY,
        DISK
    }

    World(long seed, Kind kind, Mutation mutation, java.util.function.Function<Long, Trace> trace) {
        random = new SplittableRandom(seed);
        this.mutation = mutation;
        this.kind = kind;
        profile =
                switch (kind) {
                    case MEMORY -> Profile.of(random);
                    case DISK -> Profile.of(random).lasting(random);
                };
        oracle = new Oracle(this);
        deliveries = new Deliveries(this, oracle);
        this.trace = trace.apply(schedule.now());
        slots = random.nextInt(3) == 0 ? Slots.onOneShard() : Slots.over(profile.shards());
        turnDelay = Profile.pick(random, 0, 1, 20);
        mailboxes = mutation.mailboxes(this::post);
        store = kind == Kind.DISK ? new SimulatedStore(this) : null;
        crashesLeft = store == null ? 0 : Profile.pick(random, 1, 2, 4, 8);
        for (int i = 0; i < profile.shards(); i++) {
            loops.add(new ShardLoop(this, i, profile.shards()));
        }
        loops.forEach(l -> l.shard().slots(slots));
        for (int i = 0; i < profile.clients(); i++) {
            String key = "c" + i;
            clients.add(new SimulatedClient(this, key, new Choices(this, key), profile.actions()));
        }
    }

    private void post(int from, int to, List<io.hawkermq.core.ShardMessage> batch) {
        long position = loops.get(to).post(from, batch);
        oracle.onPosted(to, position);
    }

    // ---- the run ----

    /// Lets the clients act, then heals the network and judges.
    void run() {
        trace("world", profile.toString());
        clients.forEach(SimulatedClient::start);
        if (profile.shards() > 1 && random.nextInt(3) == 0) {
            moveSlotsLater();
        }
        if (crashesLeft > 0) {
            crashLater();
            if (random.nextInt(4) == 0) {
                fillLater();
            }
        }
        rest();
        if (store != null) {
            if (random.nextBoolean()) {
                crash();
                rest();
            }
            store.heal();
        }
        trace("world", "the network heals");
        isHealed = true;
        clients.forEach(SimulatedClient::settle);
        rest();
        List<Link> before = List.copyOf(links);
        before.forEach(l -> l.toServer().revealEnd("timed out"));
        clients.stream().filter(c -> c.isConnected()).limit(2).forEach(c -> c.readAllRetained());
        rest();
        new Verdict(this, oracle).pass();
    }

    // ---- crashes ----

    private boolean isActing() {
        return clients.stream().anyMatch(SimulatedClient::isActing);
    }

    private void crashLater() {
        schedule.in(
                random.nextInt(20 * profile.thinkMillis() + 1),
                () -> {
                    if (crashesLeft > 0 && isActing()) {
                        crash();
                        crashLater();
                    }
                });
    }

    private void fillLater() {
        schedule.in(
                random.nextInt(20 * profile.thinkMillis() + 1),
                () -> {
                    if (isActing()) {
                        if (!isDown) {
                            hasBeenFull = true;
                            Objects.requireNonNull(store).fill();
                        }
                        fillLater();
                    }
                });
    }

    /// The broker's process ends without a word, and another one is started later.
    private void crash() {
        SimulatedStore disk = Objects.requireNonNull(store);
        if (isDown) {
            return;
        }
        isDown = true;
        crashesLeft--;
        SimulatedStore.End end =
                random.nextBoolean() ? SimulatedStore.End.KILLED : SimulatedStore.End.POWER_CUT;
        long cut = disk.crash(end);
        trace("world", "the broker is " + end + ", up to batch " + cut + " all survives");
        for (ShardLoop loop : loops) {
            loop.die();
            long[] dropped = loop.shard().counters().dropped;
            for (int i = 0; i < dropped.length; i++) {
                droppedBefore[i] += dropped[i];
            }
        }
        links.stream().filter(l -> !l.isCrashed()).forEach(Link::crash);
        oracle.onCrash(cut);
        schedule.in(random.nextInt(Profile.pick(random, 1, 100, 4_000, 40_000)), this::restart);
    }

    /// A new process: other shards, other slots, the same disk.
    private void restart() {
        int shards = random.nextInt(3) == 0 ? 1 + random.nextInt(4) : loops.size();
        slots = random.nextInt(3) == 0 ? Slots.onOneShard() : Slots.over(shards);
        loops.clear();
        for (int i = 0; i < shards; i++) {
            loops.add(new ShardLoop(this, i, shards));
        }
        SimulatedStore disk = Objects.requireNonNull(store);
        trace("world", "the broker starts with " + disk.image() + " on " + shards + " shards");
        Restoration restoration =
                new Restoration(
                        loops.stream().map(ShardLoop::shard).toList(),
                        slots,
                        mutation.clock(schedule.now()));
        disk.image().recover(restoration);
        if (random.nextInt(8) == 0) {
            trace("world", "the broker dies while it starts");
            loops.forEach(ShardLoop::die);
            schedule.in(random.nextInt(100), this::restart);
            return;
        }
        oracle.onRestarting();
        restoration.finish();
        oracle.onRestored();
        isDown = false;
        loops.forEach(ShardLoop::turnSoon);
        if (crashesLeft > 0 && random.nextInt(4) == 0) {
            schedule.in(random.nextInt(30), this::crash);
        }
    }

    /// What is durable is told to a loop between its turns.
    void tellDurable(ShardLoop loop) {
        if (store != null) {
            loop.shard().onDurable(store.durableOf(loop.number()));
        }
    }

    /// A client's principal is looked at: a connection is accepted, or a session restored.
    void onPrincipal(AccessControl.Principal principal) {
        if (!isDown) {
            int number = Integer.parseInt(principal.address().substring("link:".length()));
            oracle.onAccepted(links.get(number).server());
        }
    }

    private void moveSlotsLater() {
        schedule.in(
                random.nextInt(10 * profile.thinkMillis() + 1),
                () -> {
                    if (!isDown) {
                        moveSlots();
                    }
                    if (clients.stream().anyMatch(SimulatedClient::isActing)) {
                        moveSlotsLater();
                    }
                });
    }

    /// Spreads sessions over the loops anew. All stand still meanwhile, between two turns.
    private void moveSlots() {
        boolean isQuiet = false;
        for (int i = 0; i < 20 && !isQuiet; i++) {
            isQuiet = true;
            if (store != null) {
                store.flush();
            }
            for (ShardLoop loop : loops) {
                isQuiet &= loop.quieten();
            }
            isQuiet &= loops.stream().noneMatch(ShardLoop::hasMail);
        }
        loops.forEach(ShardLoop::turnSoon);
        if (!isQuiet) {
            return;
        }
        Slots after = slots;
        int target = random.nextInt(loops.size());
        int moving = Profile.pick(random, 1, 8, 64);
        for (int i = 0; i < moving; i++) {
            after =
                    after.with(
                            random.nextInt(Slots.COUNT),
                            moving == 64 ? target : random.nextInt(loops.size()));
        }
        trace("world", "slots move: " + after);
        List<Connection> moved =
                SlotMove.apply(loops.stream().map(ShardLoop::shard).toList(), slots, after);
        slots = after;
        oracle.onMoved();
        for (Link link : links) {
            if (moved.contains(link.server().connection())) {
                link.server().movedTo(loopOf(link.server().clientId()));
            }
        }
    }

    /// Runs until, but for pings, nothing has moved for some seconds.
    private void rest() {
        progressAt = schedule.now();
        while (schedule.now() - progressAt < QUIET_MILLIS
                || isActing()
                || isDown
                || (store != null && !store.isAtRest())) {
            if (!schedule.step()) {
                return;
            }
            if (schedule.done() > MOST_EVENTS) {
                throw new Violation("rest", "the world does not come to rest");
            }
        }
    }

    /// Something happened that is no mere ping.
    void progress() {
        progressAt = schedule.now();
    }

    // ---- its parts ----

    RandomGenerator random() {
        return random;
    }

    Mutation mutation() {
        return mutation;
    }

    Profile profile() {
        return profile;
    }

    Limits limits() {
        return mutation.limits(profile.limits());
    }

    Schedule schedule() {
        return schedule;
    }

    Oracle oracle() {
        return oracle;
    }

    Deliveries deliveries() {
        return deliveries;
    }

    Mailboxes mailboxes() {
        return mailboxes;
    }

    AccessControl access() {
        return mutation.access(Rules.access(this));
    }

    /// How late a loop's turn may be, in milliseconds.
    int turnDelay() {
        return turnDelay;
    }

    /// The most that bytes need from one end to the other, in milliseconds.
    int latency() {
        return isHealed ? Math.min(2, profile.latency()) : profile.latency();
    }

    /// The largest piece in which bytes arrive.
    int pieceBytes() {
        return isHealed ? 65_536 : profile.pieceBytes();
    }

    List<SimulatedClient> clients() {
        return clients;
    }

    List<ShardLoop> loops() {
        return loops;
    }

    int shards() {
        return loops.size();
    }

    Slots slots() {
        return slots;
    }

    Store store() {
        return store == null ? Store.NONE : store;
    }

    boolean isDurable() {
        return kind == Kind.DISK;
    }

    /// True if QoS 0 waits for clients that are away.
    boolean queuesAtMostOnce() {
        return limits().atMostOnce() == Limits.AtMostOnce.QUEUED;
    }

    /// True if there was no space at some time.
    boolean hasBeenFull() {
        return hasBeenFull;
    }

    ShardLoop loop(int number) {
        return loops.get(number);
    }

    ShardLoop loopOf(String clientId) {
        return loops.get(slots.shardOf(clientId));
    }

    Trace trace() {
        return trace;
    }

    void trace(String who, String what) {
        trace.line(schedule.now(), who, what);
        if (!what.contains("PING")) {
            progress();
        }
    }

    EventLog log() {
        return new EventLog() {
            @Override
            public boolean isEnabled(LogLevel level) {
                return level != LogLevel.DEBUG;
            }

            @Override
            public void log(LogLevel level, String text) {
                trace("log", level + " " + text);
                if (level == LogLevel.ERROR) {
                    throw new Violation("log", text); // the core has caught a fault of its own
                }
            }
        };
    }

    /// All shards' together.
    Counters counters() {
        Counters sum = new Counters();
        loops.forEach(l -> sum.add(l.shard().snapshot()));
        for (int i = 0; i < droppedBefore.length; i++) {
            sum.dropped[i] += droppedBefore[i];
        }
        return sum;
    }

    // ---- connections and messages ----

    Link open(SimulatedClient client) {
        Link link = new Link(this, links.size(), client, loops.get(random.nextInt(loops.size())));
        links.add(link);
        trace(client.key(), "opens link " + link.number());
        if (isDown) {
            link.crash();
        }
        return link;
    }

    /// Bytes that wait in the connections of a loop.
    long unsentBytes(ShardLoop loop) {
        long sum = 0;
        for (Link link : links) {
            if (link.server().loop() == loop && !link.server().isDone()) {
                sum += link.toClient().waiting();
            }
        }
        return sum;
    }

    /// @param size bytes of the payload, or a few more; 0 for none
    Published newMessage(
            String topic,
            QoS qos,
            boolean retain,
            long expirySeconds,
            Properties properties,
            int size) {
        int id = messages.size();
        byte[] payload = new byte[0];
        if (size > 0) {
            byte[] head = (id + ";").getBytes(StandardCharsets.UTF_8);
            payload = Arrays.copyOf(head, Math.max(head.length, size));
            Arrays.fill(payload, head.length, payload.length, (byte) 'x');
        }
        Published m = Published.of(id, topic, qos, retain, expirySeconds, properties, payload);
        messages.add(m);
        return m;
    }

    /// The message whose payload begins so.
    Published message(String head) {
        return messages.get(Integer.parseInt(head));
    }

    /// The messages that may have come with this payload.
    List<Published> candidates(byte[] payload, String topic) {
        if (payload.length == 0) {
            return messages.stream()
                    .filter(m -> m.isClearing() && m.topic().equals(topic))
                    .toList();
        }
        int id = Integer.parseInt(Text.head(payload));
        return id < messages.size() ? List.of(Objects.requireNonNull(messages.get(id))) : List.of();
    }

    /// A new Subscription Identifier.
    int newIdentifier() {
        return ++lastIdentifier;
    }
}
