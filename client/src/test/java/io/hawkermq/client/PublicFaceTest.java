package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hawkermq.protocol.Packet;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What other people's programs see of this module.
class PublicFaceTest {
    /// Class files of Java 21.
    private static final int JAVA_21 = 65;

    /// Compiled with `--release 21`, which knows the API of 21 and no newer.
    @Test
    void everyClassIsForJava21() throws Exception {
        for (Class<?> one : List.of(MqttClient.class, Packet.class)) {
            Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(root)) {
                try (Stream<Path> classes = Files.walk(root)) {
                    List<Path> all = classes.filter(p -> p.toString().endsWith(".class")).toList();
                    assertTrue(all.size() > 30, all.size() + " classes in " + root);
                    for (Path p : all) {
                        try (InputStream in = Files.newInputStream(p)) {
                            assertEquals(JAVA_21, version(in), p.toString());
                        }
                    }
                }
            } else { // a jar, in a build that has packaged already
                String name = one.getSimpleName() + ".class";
                try (InputStream in = one.getResourceAsStream(name)) {
                    assertTrue(in != null, name);
                    assertEquals(JAVA_21, version(in), name);
                }
            }
        }
    }

    private static int version(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        assertEquals(0xCAFEBABE, data.readInt());
        assertEquals(0, data.readUnsignedShort(), "preview features");
        return data.readUnsignedShort();
    }
}
