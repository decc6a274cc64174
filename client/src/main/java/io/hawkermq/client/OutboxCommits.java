package io.hawkermq.client;

import io.hawkermq.protocol.QoS;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a client's outbox is told of its messages. All of a turn is one commit, made before the
/// turn's packets are written, so that nothing leaves that the outbox does not have. Without an
/// outbox all of it comes down to nothing. For the loop only.
final class OutboxCommits {
    private static final System.Logger LOG = System.getLogger("io.hawkermq.client");

    /// For messages that the outbox has given back.
    private static final CompletableFuture<Void> DURABLE = CompletableFuture.completedFuture(null);

    private final @Nullable OutboxFile file;
    private final Loop loop;
    private final Consumer<Ending> failed;
    private final List<CompletableFuture<Void>> accepted = new ArrayList<>();
    private boolean isCommitDue;

    /// @param file null if there is no outbox
    /// @param failed is told when the file cannot be written
    OutboxCommits(@Nullable OutboxFile file, Loop loop, Consumer<Ending> failed) {
        this.file = file;
        this.loop = loop;
        this.failed = failed;
    }

    /// @return false if the message is none that MQTT can express
    boolean put(Outgoing outgoing) {
        if (file != null && outgoing.qos() != QoS.AT_MOST_ONCE) {
            try {
                outgoing.recordId = file.put(outgoing.message);
            } catch (IllegalArgumentException e) {
                LOG.log(Level.WARNING, "a message is not for the outbox", e);
                return false;
            }
            commitLater();
        }
        return true;
    }

    /// True if it holds so much already that nothing is to be added while no connection takes
    /// anything away: all of it is in memory too.
    boolean isFull(PublishLimits limits) {
        return file != null && !limits.allow(file.size() + 1, file.liveBytes());
    }

    /// Completes what waits for the outbox to have all that it was given so far.
    void tellWhenCommitted(CompletableFuture<Void> waiting) {
        accepted.add(waiting);
    }

    /// Gives back what it has: after a crash, or after this client was disconnected.
    void restore(Host host, ClientSession session, PublishLimits limits) {
        if (file == null) {
            return;
        }
        for (OutboxFile.Entry e : file.sent()) {
            session.restore(e.packetId, restored(e, host, limits), e.isReleased);
        }
        for (OutboxFile.Entry e : file.unsent()) {
            session.publish(restored(e, host, limits));
        }
    }

    private static Outgoing restored(OutboxFile.Entry entry, Host host, PublishLimits limits) {
        Outgoing outgoing = new Outgoing(host, entry.message, false);
        outgoing.recordId = entry.id;
        outgoing.accepted = DURABLE;
        limits.add(outgoing.cost);
        return outgoing;
    }

    void started(Outgoing outgoing, int packetId) {
        if (file != null && outgoing.recordId != 0) {
            file.started(outgoing.recordId, packetId);
            commitLater();
        }
    }

    void waitsAgain(Outgoing outgoing) {
        if (file != null && outgoing.recordId != 0) {
            file.waitsAgain(outgoing.recordId);
            commitLater();
        }
    }

    void released(Outgoing outgoing) {
        if (file != null && outgoing.recordId != 0) {
            file.released(outgoing.recordId);
            commitLater();
        }
    }

    /// A message's delivery is over. What failed for want of a connection stays.
    ///
    /// @return false if the program has nobody waiting who could be told of `exception`
    boolean settle(Outgoing outgoing, @Nullable MqttException exception) {
        if (outgoing.recordId == 0 || file == null) {
            CompletableFuture<Void> waiting = outgoing.accepted;
            if (waiting != null && exception != null) {
                waiting.completeExceptionally(exception);
            }
            return true;
        }
        if (exception instanceof ConnectionException) {
            return true;
        }
        file.done(outgoing.recordId);
        commitLater();
        return !(exception instanceof RefusedException) || outgoing.accepted == null;
    }

    private void commitLater() {
        if (!isCommitDue) {
            isCommitDue = true;
            loop.beforeWriting(this::commit);
        }
    }

    private void commit() {
        isCommitDue = false;
        List<CompletableFuture<Void>> done = List.copyOf(accepted);
        accepted.clear();
        try {
            if (file != null && file.isDirty()) {
                file.commit();
            }
            done.forEach(f -> f.complete(null));
        } catch (IOException e) {
            Ending ending = new Ending.OutboxFailed(e);
            done.forEach(f -> f.completeExceptionally(new ConnectionException(ending)));
            failed.accept(ending);
        }
    }

    void close() {
        commit();
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, "closing the outbox", e);
        }
    }
}
