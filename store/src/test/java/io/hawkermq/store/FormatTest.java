package io.hawkermq.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hawkermq.core.StoreChange;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FormatTest {
    private static final byte[] KEY = {Keys.META, 'k'};

    @TempDir private Path root = Path.of("");

    @BeforeEach
    void directoryIsThere() throws Exception {
        java.nio.file.Files.createDirectories(root.resolve("store"));
    }

    private Path directory() {
        return root.resolve("store");
    }

    private Engine engine() throws Exception {
        return Opening.rocks(Disk.options()).open(directory().resolve(Opening.DATABASE));
    }

    private static void put(Engine engine, byte[] key, byte[] value) throws Exception {
        Batch batch = new Batch();
        batch.put(key, value);
        engine.write(batch, Engine.Sync.WAIT);
    }

    /// Appends to the value of a record, once.
    private static Format.Step appending(String letter) {
        return engine -> {
            String before = text(engine.get(KEY));
            if (!before.endsWith(letter)) {
                Batch batch = new Batch();
                batch.put(KEY, (before + letter).getBytes(StandardCharsets.US_ASCII));
                engine.write(batch, Engine.Sync.LEAVE);
            }
        };
    }

    private static String text(byte @Nullable [] value) {
        return value == null ? "" : new String(value, StandardCharsets.US_ASCII);
    }

    @Test
    void anOlderStoreIsBroughtUpStepByStepAndOnlyOnce() throws Exception {
        Format three = new Format(List.of(appending("b"), appending("c")));
        try (Engine engine = engine()) {
            put(engine, Keys.FORMAT, new byte[] {1});
            put(engine, KEY, new byte[] {'a'});
            assertEquals(3, three.upgrade(engine));
            assertEquals(3, three.upgrade(engine));
        }
        try (Engine engine = engine()) {
            assertEquals("abc", text(engine.get(KEY)));
            assertArrayEquals(new byte[] {3}, engine.get(Keys.FORMAT));
        }
    }

    @Test
    void aStepThatWasInterruptedIsDoneAgainAndNoneIsLeftOut() throws Exception {
        Format broken =
                new Format(
                        List.of(
                                appending("b"),
                                engine -> {
                                    appending("c").apply(engine);
                                    throw new EngineException(
                                            EngineException.Kind.INPUT_OUTPUT,
                                            "the power fails",
                                            null);
                                }));
        Format three = new Format(List.of(appending("b"), appending("c")));
        try (Engine engine = engine()) {
            put(engine, Keys.FORMAT, new byte[] {1});
            put(engine, KEY, new byte[] {'a'});
            assertThrows(EngineException.class, () -> broken.upgrade(engine));
            assertArrayEquals(new byte[] {2}, engine.get(Keys.FORMAT));
            assertEquals(3, three.upgrade(engine));
            assertEquals("abc", text(engine.get(KEY)));
        }
    }

    @Test
    void aNewerStoreIsLeftAsItIs() throws Exception {
        try (Engine engine = engine()) {
            put(engine, Keys.FORMAT, new byte[] {9});
            assertEquals(9, new Format().upgrade(engine));
            assertArrayEquals(new byte[] {9}, engine.get(Keys.FORMAT));
        }
    }

    @Test
    void aStoreOfFormat1IsReadAndUpgraded() throws Exception {
        try (Disk disk = new Disk(directory())) {
            disk.write(new StoreChange.PutSession(Some.session(7)));
        }
        try (Engine engine = engine()) {
            put(engine, Keys.FORMAT, new byte[] {1});
            put(engine, HexFormat.of().parseHex(PACK_KEY), HexFormat.of().parseHex(PACK_1));
        }
        try (Disk disk = new Disk(directory())) {
            assertEquals(
                    Recovered.text(Some.delivery(7, 1)),
                    disk.recovered.all.get("delivery 7 000001"));
        }
        try (Engine engine = engine()) {
            assertArrayEquals(new byte[] {Format.CURRENT}, engine.get(Keys.FORMAT));
        }
    }

    /// What format 1 wrote of `Some.delivery(7, 1)`.
    private static final String PACK_KEY = "3000000000000000070000000000000001";

    private static final String PACK_1 = "01000000010174097075626c6973686572027031";
}
