package io.hawkermq.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.netty.channel.unix.Socket;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.FutureListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.NotYetConnectedException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A network connection without layers, on Linux: a socket of TCP or of the Unix domain that is read
/// and written with the system's own calls. Most connections are such, and a channel with its pipeline,
/// promises and buffers costs as much as a tenth of all that a message costs.
///
/// Netty's event loop tells what the socket is ready for, once for each change (edge-triggered): so
/// that reading can be paused and resumed without a system call, and whoever must wait for room to
/// write asks each loop for that once. As the next change may be far away, all that was not done
/// for the last one must be remembered: bytes that were not read because reading is paused, or because
/// one read takes [Loop#READ_BYTES] at most, so that others have their turn.
final class SocketWire implements Wire, EpollIoHandle {
    private static final EpollIoOps WHAT_COMES =
            EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLRDHUP).with(EpollIoOps.EPOLLET);
    private static final EpollIoOps BOTH_WAYS = WHAT_COMES.with(EpollIoOps.EPOLLOUT);

    /// What a buffer that waits costs beside its bytes.
    private static final int BUFFER_WORTH = 96;

    private final FileDescriptor socket;
    private final ByteBufAllocator allocator;
    private final Owner owner;

    /// Run when it is closed.
    private final Runnable ended;

    /// More unsent bytes, and it is not writable.
    private final int mostUnsent;

    /// Where it is registered; not always that of its owner, who may be told to go elsewhere first.
    private Loop loop;

    /// What it is there, null while it has left one loop for another.
    private @Nullable IoRegistration registration;

    private @Nullable ArrayDeque<ByteBuf> unsent;
    private @Nullable Runnable whenSent;
    private long unsentBytes;
    private boolean isWritable = true;
    private boolean isRoomAwaited;

    /// The loop tells when there is room, whether it is awaited or not.
    private boolean isRoomAskedFor;

    private boolean isPaused;
    private boolean isReadable;
    private boolean isReadPlanned;
    private boolean isPeerDone;
    private boolean isFinishing;
    private boolean isOpen = true;

    SocketWire(
            FileDescriptor socket,
            ByteBufAllocator allocator,
            int mostUnsent,
            Runnable ended,
            Owner owner) {
        this.socket = socket;
        this.allocator = allocator;
        this.mostUnsent = mostUnsent;
        this.ended = ended;
        this.owner = owner;
        loop = owner.loop();
    }

    @Override
    public void open() {
        join(
                loop,
                outcome -> {
                    if (outcome == Outcome.JOINED) {
                        owner.onOpened();
                    } else {
                        close();
                    }
                });
    }

    // ---- what the event loop tells ----

    @Override
    public FileDescriptor fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
        EpollIoOps ready = ((EpollIoEvent) event).ops();
        try {
            if (isRoomAwaited && ready.contains(EpollIoOps.EPOLLOUT)) {
                isRoomAwaited = false;
                send();
            }
            // Whatever else it is, an error too, reading says it.
            if (ready.contains(EpollIoOps.EPOLLRDHUP) || ready.contains(EpollIoOps.EPOLLERR)) {
                isPeerDone = true;
            }
            if (isPeerDone || ready.contains(EpollIoOps.EPOLLIN)) {
                isReadable = true;
                read();
            }
        } catch (RuntimeException | Error e) {
            owner.onFailure(e);
        }
    }

    private void read() {
        if (!isReadable || isPaused || !isOpen || registration == null) {
            return;
        }
        isReadable = false;
        ByteBuf shared = loop.readBuffer(allocator);
        ByteBuf bytes = shared == null ? allocator.directBuffer(Loop.READ_BYTES) : shared;
        try {
            int count = socket.readAddress(bytes.memoryAddress(), 0, Loop.READ_BYTES);
            if (count < 0) {
                close();
            } else if (count > 0) {
                owner.onBytes(bytes.writerIndex(count));
                if (count == Loop.READ_BYTES || isPeerDone) {
                    // There may be more, or the end, and nobody would tell.
                    isReadable = true;
                    planRead();
                }
            }
        } catch (IOException e) {
            owner.onFailure(e);
        } finally {
            bytes.release();
        }
    }

    /// Reads on when the other sockets have been looked at.
    private void planRead() {
        if (!isReadPlanned && isOpen && registration != null) {
            isReadPlanned = true;
            // As what is due, not as a task of this turn: such would be run before anything is
            // looked at, and one who sends without a pause would keep all others out.
            loop.eventLoop().schedule(whileHere(this::readOn), 0, TimeUnit.NANOSECONDS);
        }
    }

    private void readOn() {
        isReadPlanned = false;
        read();
    }

    /// Runs something as a task of its own.
    private void later(Runnable action) {
        loop.eventLoop().execute(whileHere(action));
    }

    /// What does nothing when the wire has left the loop by then: whoever joins another looks at
    /// everything there.
    private Runnable whileHere(Runnable action) {
        IoRegistration here = registration;
        return () -> {
            if (registration == here) {
                try {
                    action.run();
                } catch (RuntimeException | Error e) {
                    owner.onFailure(e);
                }
            }
        };
    }

    // ---- what goes ----

    @Override
    public ByteBufAllocator allocator() {
        return allocator;
    }

    @Override
    public void queue(ByteBuf bytes) {
        if (!isOpen) {
            bytes.release();
            return;
        }
        ArrayDeque<ByteBuf> queue = unsent;
        if (queue == null) {
            queue = new ArrayDeque<>(4);
            unsent = queue;
        } else if (isRoomAwaited && queue.getLast().writableBytes() >= bytes.readableBytes()) {
            // A little each turn would be many buffers, of more memory than bytes.
            unsentBytes += bytes.readableBytes();
            queue.getLast().writeBytes(bytes);
            loop.written(bytes);
            checkLimit();
            return;
        }
        queue.add(bytes);
        unsentBytes += worth(bytes);
        checkLimit();
    }

    private void checkLimit() {
        if (unsentBytes > mostUnsent) {
            isWritable = false;
        }
    }

    @Override
    public void write(ByteBuf bytes) {
        if (unsent != null || !isOpen || registration == null) {
            queue(bytes);
            flush();
            return;
        }
        int from = bytes.readerIndex();
        int count = bytes.readableBytes();
        int sent;
        try {
            sent = socket.writeAddress(bytes.memoryAddress(), from, from + count);
        } catch (IOException e) {
            bytes.release();
            owner.onFailure(e);
            return;
        }
        if (sent == count) {
            loop.written(bytes);
            return;
        }
        queue(bytes.skipBytes(sent));
        awaitRoom();
    }

    private static int worth(ByteBuf bytes) {
        return BUFFER_WORTH + bytes.readableBytes();
    }

    @Override
    public void flush() {
        if (isOpen && !isRoomAwaited && registration != null) {
            send();
        }
    }

    private void send() {
        ArrayDeque<ByteBuf> queue = unsent;
        if (queue == null) {
            return;
        }
        try {
            while (!queue.isEmpty()) {
                if (!(queue.size() == 1 ? sendOne(queue) : sendMany(queue))) {
                    awaitRoom();
                    break;
                }
            }
        } catch (IOException e) {
            owner.onFailure(e);
            return;
        }
        if (!isWritable && unsentBytes < mostUnsent / 2) {
            isWritable = true;
            later(owner::onWritability);
        }
        if (queue.isEmpty()) {
            unsent = null;
            allSent();
        }
    }

    /// @return true if it is sent whole
    private boolean sendOne(ArrayDeque<ByteBuf> queue) throws IOException {
        ByteBuf bytes = queue.element();
        int from = bytes.readerIndex();
        int to = bytes.writerIndex();
        int sent = socket.writeAddress(bytes.memoryAddress(), from, to);
        if (sent < to - from) {
            bytes.readerIndex(from + sent);
            unsentBytes -= sent;
            return false;
        }
        unsentBytes -= worth(bytes);
        loop.written(queue.remove());
        return true;
    }

    /// @return true if all are sent that one call could take
    private boolean sendMany(ArrayDeque<ByteBuf> queue) throws IOException {
        IovArray vector = loop.vector();
        for (ByteBuf bytes : queue) {
            if (!vector.add(bytes, bytes.readerIndex(), bytes.readableBytes())) {
                break;
            }
        }
        long size = vector.size();
        long sent = socket.writevAddresses(vector.memoryAddress(0), vector.count());
        long left = sent;
        while (!queue.isEmpty()) {
            ByteBuf first = queue.element();
            int count = first.readableBytes();
            if (left < count) {
                first.skipBytes((int) left);
                unsentBytes -= left;
                break;
            }
            left -= count;
            unsentBytes -= worth(first);
            loop.written(queue.remove());
        }
        return sent == size;
    }

    private void awaitRoom() {
        isRoomAwaited = true;
        if (!isRoomAskedFor && registration != null) {
            isRoomAskedFor = true;
            registration.submit(BOTH_WAYS);
        }
    }

    private void allSent() {
        Runnable action = whenSent;
        if (action != null) {
            whenSent = null;
            later(action);
        }
        if (isFinishing) {
            endOutput();
        }
    }

    @Override
    public long unsentBytes() {
        return unsentBytes;
    }

    @Override
    public boolean isWritable() {
        return isWritable && isOpen;
    }

    @Override
    public void whenSent(Runnable action) {
        whenSent = action;
        if (unsent == null) {
            allSent();
        }
    }

    @Override
    public void pauseReading() {
        isPaused = true;
    }

    @Override
    public void resumeReading() {
        isPaused = false;
        if (isReadable) {
            planRead();
        }
    }

    // ---- life ----

    @Override
    public void finish() {
        isFinishing = true;
        if (unsent == null) {
            endOutput();
        }
    }

    private void endOutput() {
        try {
            if (isOpen) {
                new Socket(socket.intValue()).shutdown(false, true);
            }
        } catch (IOException | NotYetConnectedException e) {
            close(); // the peer was faster; what it has reset counts as not connected
        }
    }

    @Override
    public void close() {
        if (!isOpen) {
            return;
        }
        isOpen = false;
        ArrayDeque<ByteBuf> queue = unsent;
        unsent = null;
        unsentBytes = 0;
        if (queue != null) {
            queue.forEach(ByteBuf::release);
        }
        try {
            socket.close();
        } catch (IOException e) {
            // Says that earlier writes have failed, which nobody waits for any more.
        }
        if (registration != null) {
            registration.cancel(); // the system has forgotten the socket already
        }
        ended.run();
        later(owner::onClosed); // not from within whatever the owner does just now
    }

    @Override
    public void leave(Runnable left) {
        // Not from within a read: it would go on here while another loop has the connection.
        loop.eventLoop()
                .execute(() -> {
                    if (registration != null) {
                        registration.cancel();
                        registration = null;
                    }
                    isReadPlanned = false;
                    left.run();
                });
    }

    @Override
    public void join(Loop to, Consumer<Outcome> joined) {
        if (!isOpen) {
            // Its number may be another socket's by now.
            to.eventLoop()
                    .execute(() -> {
                        loop = to;
                        joined.accept(Outcome.CLOSED);
                    });
            return;
        }
        to.register(this)
                .addListener(
                        (FutureListener<IoRegistration>) done -> joined.accept(joined(to, done)));
    }

    private Outcome joined(Loop to, Future<IoRegistration> done) {
        loop = to;
        IoRegistration r = done.getNow();
        if (r == null) {
            return Outcome.FAILED;
        }
        registration = r;
        isRoomAwaited = unsent != null;
        isRoomAskedFor = isRoomAwaited;
        try {
            r.submit(isRoomAwaited ? BOTH_WAYS : WHAT_COMES);
        } catch (UncheckedIOException e) {
            return Outcome.FAILED; // only now the system is asked, which watches only so many
        }
        return Outcome.JOINED;
    }
}
