package io.hawkermq.store;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntFunction;

/// Knows from a message that there was no space, or no more for this user. RocksDB tells a full disk by
/// a code but not one's quota, and neither does Java: what both have is the system's own words, in
/// the language of the process.
final class NoSpace {
    /// ENOSPC of all systems, EDQUOT of Linux.
    private static final int[] NUMBERS = {28, 122};

    private static final class Lazily {
        static final NoSpace OF_THIS_SYSTEM = new NoSpace(NoSpace::words);
    }

    private final Set<String> words = new HashSet<>(Set.of("No space left", "Disk quota exceeded"));

    /// @param wordsOf an error's number; empty if they are not known
    NoSpace(IntFunction<String> wordsOf) {
        for (int number : NUMBERS) {
            words.add(wordsOf.apply(number));
        }
        words.remove("");
    }

    static NoSpace ofThisSystem() {
        return Lazily.OF_THIS_SYSTEM;
    }

    boolean isTold(String message) {
        return words.stream().anyMatch(message::contains);
    }

    @SuppressWarnings(
            "restricted") // the launchers give --enable-native-access, RocksDB needs it too
    static String words(int number) {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            return ""; // other numbers may be others' there
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle strerror =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("strerror"),
                        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        try {
            MemorySegment text = (MemorySegment) strerror.invokeExact(number);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable e) { // whatever it is: English is known
            return "";
        }
    }
}
