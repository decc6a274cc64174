package io.hawkermq.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The bytes of MQTT over whatever carries them. While a connection is being made the channel
/// blocks and a virtual thread uses it; afterwards it does not block and the loop does. The same
/// code serves both.
interface ByteLayer {
    /// The channel at the bottom.
    SocketChannel channel();

    /// Reads what is there.
    ///
    /// @return how many bytes, 0 if there are none for now, -1 after the last
    int read(ByteBuffer into) throws IOException;

    /// Takes as much as it can hold and passes on as much as the channel takes.
    ///
    /// @return true if all of `from` was taken and nothing waits here
    boolean write(ByteBuffer from) throws IOException;

    /// True if [#read] has bytes of which the channel's readiness does not tell.
    default boolean hasMore() {
        return false;
    }

    /// True if bytes that were taken wait here for the channel.
    default boolean isWaiting() {
        return false;
    }

    /// Says goodbye in the layer's own words, as far as that goes without waiting.
    default void sayGoodbye() throws IOException {}

    /// The channel itself.
    record Plain(SocketChannel channel) implements ByteLayer {
        @Override
        public int read(ByteBuffer into) throws IOException {
            return channel.read(into);
        }

        @Override
        public boolean write(ByteBuffer from) throws IOException {
            channel.write(from);
            return !from.hasRemaining();
        }
    }
}
