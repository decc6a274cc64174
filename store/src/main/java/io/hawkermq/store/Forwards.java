package io.hawkermq.store;

import io.hawkermq.core.StoredForward;
import io.hawkermq.core.StoredMessage;
import org.jspecify.annotations.Nullable;

/// The record of a message between two shards.
final class Forwards {
    private static final int VERSION = 1;
    private static final StoredForward.Purpose[] PURPOSES = StoredForward.Purpose.values();

    private Forwards() {}

    /// Finds messages that have records of their own.
    interface Bodies {
        /// @return null if it is lost
        @Nullable StoredMessage body(long number) throws EngineException;
    }

    static void write(RecordWriter out, StoredForward f) {
        out.u8(VERSION);
        out.u8(f.purpose().ordinal());
        out.i64(f.slots());
        Records.optionalText(out, f.shareName());
        Records.optionalText(out, f.filter());
        long body = f.body();
        out.varint(body);
        if (body == 0) {
            Records.messagePart(out, f.message().message());
        }
    }

    /// @return null if its message is lost
    static @Nullable StoredForward read(long number, byte[] value, Names names, Bodies bodies)
            throws BadRecordException, EngineException {
        RecordReader in = new RecordReader(value, 0);
        in.version(VERSION);
        int purpose = in.u8();
        if (purpose >= PURPOSES.length) {
            throw new BadRecordException("its purpose is " + purpose);
        }
        long slots = in.i64();
        String shareName = Records.optionalText(in);
        String filter = Records.optionalText(in);
        long body = in.varint();
        StoredMessage message =
                body == 0 ? new StoredMessage(Records.messagePart(in, names)) : bodies.body(body);
        in.end();
        if (message == null) {
            return null;
        }
        StoredForward forward =
                new StoredForward(number, PURPOSES[purpose], slots, message, shareName, filter);
        forward.body(body);
        return forward;
    }
}
