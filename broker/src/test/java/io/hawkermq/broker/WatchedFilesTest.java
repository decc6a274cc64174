package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFilesTest {
    @TempDir private Path folder = Path.of("");

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private @Nullable String next(int seconds) throws InterruptedException {
        return told.poll(seconds, TimeUnit.SECONDS);
    }

    private WatchedFiles watch(java.util.function.Supplier<Set<Path>> files) {
        WatchedFiles watched = new WatchedFiles(files, () -> told.add("changed"), 5, 20);
        watched.start();
        return watched;
    }

    private Path written(String name, String text) throws IOException {
        Path next = Files.writeString(folder.resolve("next"), text);
        return Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void aFileThatIsWrittenExchangedOrRemovedIsToldOnceEach() throws Exception {
        Path file = written("a", "1");
        try (WatchedFiles _ = watch(() -> Set.of(file))) {
            Files.writeString(file, "12");
            assertEquals("changed", next(20));
            written("a", "34"); // of the same size
            assertEquals("changed", next(20));
            Files.delete(file);
            assertEquals("changed", next(20));
            written("a", "5");
            assertEquals("changed", next(20));
            assertNull(next(1));
        }
    }

    @Test
    void whatASymbolicLinkLeadsToCounts() throws Exception {
        Path first = Files.createDirectory(folder.resolve("first"));
        Path second = Files.createDirectory(folder.resolve("second"));
        Files.writeString(first.resolve("f"), "1");
        Files.writeString(second.resolve("f"), "2");
        Path link = Files.createSymbolicLink(folder.resolve("data"), first);
        try (WatchedFiles _ = watch(() -> Set.of(link.resolve("f")))) {
            Path other = Files.createSymbolicLink(folder.resolve("other"), second);
            Files.move(other, link, StandardCopyOption.ATOMIC_MOVE);
            assertEquals("changed", next(20));
        }
    }

    @Test
    void otherFilesToWatchAreNoChange() throws Exception {
        List<Path> all = List.of(written("a", "1"), written("b", "1"));
        BlockingQueue<Integer> looks = new LinkedBlockingQueue<>();
        try (WatchedFiles _ =
                watch(() -> {
                    looks.add(1);
                    return Set.copyOf(all.subList(0, looks.size() < 5 ? 1 : 2));
                })) {
            while (looks.size() < 10) {
                assertNotNull(looks); // each look takes 5 ms
                assertNull(told.poll(10, TimeUnit.MILLISECONDS));
            }
            Files.writeString(all.get(1), "12");
            assertEquals("changed", next(20));
        }
    }
}
