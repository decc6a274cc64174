package io.hawkermq.broker;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/// Which user this process is, and how it becomes another: the functions of the C library, as Java
/// has none of its own. Linux on 64 bits only; elsewhere [#ofThisPlatform] is null.
///
/// To the kernel a user belongs to a thread, and a Java machine has many. The C libraries of Linux,
/// glibc and musl, change all threads of the process at once and wait until each has changed, so
/// that nobody is left behind as root; that is why this calls them and not the kernel.
final class ProcessUser {
    /// @param name null if it is known by its numbers only
    record Account(@Nullable String name, int uid, int gid) {}

    private static final int POINTER_BYTES = 8;

    /// Of `struct passwd`, the same with glibc and musl.
    private static final long UID_AT = 2L * POINTER_BYTES;

    private static final long GID_AT = UID_AT + Integer.BYTES;
    private static final long PASSWD_BYTES = GID_AT + Integer.BYTES;

    private static final StructLayout STATE = Linker.Option.captureStateLayout();

    private final MethodHandle getpwnam;
    private final MethodHandle initgroups;
    private final MethodHandle setgroups;
    private final MethodHandle setgid;
    private final MethodHandle setuid;

    @SuppressWarnings("restricted") // the launchers give --enable-native-access
    private ProcessUser(SymbolLookup library) {
        Linker linker = Linker.nativeLinker();
        Linker.Option errno = Linker.Option.captureCallState("errno");
        ValueLayout.OfInt number = ValueLayout.JAVA_INT;
        AddressLayout pointer = ValueLayout.ADDRESS;
        getpwnam =
                linker.downcallHandle(
                        library.findOrThrow("getpwnam"), FunctionDescriptor.of(pointer, pointer));
        initgroups =
                linker.downcallHandle(
                        library.findOrThrow("initgroups"),
                        FunctionDescriptor.of(number, pointer, number),
                        errno);
        setgroups =
                linker.downcallHandle(
                        library.findOrThrow("setgroups"),
                        FunctionDescriptor.of(number, ValueLayout.JAVA_LONG, pointer),
                        errno);
        FunctionDescriptor ofOne = FunctionDescriptor.of(number, number);
        setgid = linker.downcallHandle(library.findOrThrow("setgid"), ofOne, errno);
        setuid = linker.downcallHandle(library.findOrThrow("setuid"), ofOne, errno);
    }

    /// Null where it cannot be done.
    static @Nullable ProcessUser ofThisPlatform() {
        boolean isLinux = System.getProperty("os.name", "").equals("Linux");
        if (!isLinux || ValueLayout.ADDRESS.byteSize() != POINTER_BYTES) {
            return null;
        }
        try {
            return new ProcessUser(Linker.nativeLinker().defaultLookup());
        } catch (java.util.NoSuchElementException
                | UnsupportedOperationException
                | IllegalCallerException e) {
            return null;
        }
    }

    /// Null if there is no such user.
    @SuppressWarnings("restricted") // the size of the C library's own record
    @Nullable Account account(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = (MemorySegment) getpwnam.invokeExact(arena.allocateFrom(name));
            if (found.equals(MemorySegment.NULL)) {
                return null;
            }
            MemorySegment entry = found.reinterpret(PASSWD_BYTES);
            return new Account(
                    name,
                    entry.get(ValueLayout.JAVA_INT, UID_AT),
                    entry.get(ValueLayout.JAVA_INT, GID_AT));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /// All threads become this user, with its groups and no others, for good.
    ///
    /// @throws StartException if the system refuses; the process must end then, as a part may have
    ///     been done
    void become(Account account) throws StartException {
        int done;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(STATE);
            if (account.name() == null) {
                done = (int) setgroups.invokeExact(state, 0L, MemorySegment.NULL);
            } else {
                MemorySegment name = arena.allocateFrom(account.name());
                done = (int) initgroups.invokeExact(state, name, account.gid());
            }
            check(done, "groups", state);
            done = (int) setgid.invokeExact(state, account.gid());
            check(done, "gid", state);
            // Last, as the others need root.
            done = (int) setuid.invokeExact(state, account.uid());
            check(done, "uid", state);
        } catch (StartException e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static void check(int done, String what, MemorySegment state) throws StartException {
        if (done != 0) {
            int errno =
                    (int)
                            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"))
                                    .get(state, 0L);
            throw new StartException(
                    "The system refuses to set the "
                            + what
                            + " whilst dropping privileges (errno "
                            + errno
                            + "). Give the process CAP_SETUID and CAP_SETGID, or start it as that"
                            + " user.");
        }
    }

    private static IllegalStateException unexpected(Throwable e) {
        return new IllegalStateException("a function of the C library has failed", e);
    }
}
