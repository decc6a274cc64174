package io.hawkermq.cli.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The head of each payload: who sent it, as which message, and when it was meant to leave.
final class Stamp {
    /// Length in bytes, and so the least payload.
    static final int BYTES = 24;

    private static final int MARK = 0x48_77_6B_31;
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Stamp() {}

    /// @param run tells the messages of this run from those of others
    /// @param nanos of the machine's monotonic clock, which all processes of a machine share
    static void write(byte[] b, int at, int run, int publisher, int sequence, long nanos) {
        INT.set(b, at, MARK);
        INT.set(b, at + 4, run);
        INT.set(b, at + 8, publisher);
        INT.set(b, at + 12, sequence);
        LONG.set(b, at + 16, nanos);
    }

    static boolean isAt(byte[] b, int at, int end) {
        return end - at >= BYTES && (int) INT.get(b, at) == MARK;
    }

    static int run(byte[] b, int at) {
        return (int) INT.get(b, at + 4);
    }

    static int publisher(byte[] b, int at) {
        return (int) INT.get(b, at + 8);
    }

    static int sequence(byte[] b, int at) {
        return (int) INT.get(b, at + 12);
    }

    static long nanos(byte[] b, int at) {
        return (long) LONG.get(b, at + 16);
    }
}
