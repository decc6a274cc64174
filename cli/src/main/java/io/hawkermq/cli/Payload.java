package io.hawkermq.cli;

import io.hawkermq.cli.Connecting.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What `-m`, `-f`, `-s` and `-n` say is to be sent.
final class Payload {
    /// Bytes that fit into a packet.
    private static final int LARGEST = 268_435_455;

    private static final int BAD = 1;

    private Payload() {}

    /// Empty for lines of the input, which come later.
    static byte[] read(ToolOptions o, Stdio io) throws Failure {
        return switch (o.source) {
            case WORD -> String.valueOf(o.word).getBytes(StandardCharsets.UTF_8);
            case INPUT -> input(o, io);
            case FILE -> file(o, io, String.valueOf(o.file));
            case NONE, NOTHING, INPUT_LINES -> new byte[0];
        };
    }

    private static byte[] input(ToolOptions o, Stdio io) throws Failure {
        byte[] bytes;
        try {
            bytes = io.in().readNBytes(LARGEST + 1);
        } catch (IOException e) {
            bytes = new byte[0];
        }
        if (bytes.length > LARGEST) {
            o.complain(io, "Error: Message length must be less than " + LARGEST + " bytes.\n\n");
        } else if (bytes.length == 0) {
            o.complain(io, "Error: Zero length input.\n");
        } else {
            return bytes;
        }
        throw Connecting.fail(o, io, "Error loading input from stdin.\n", BAD);
    }

    private static byte[] file(ToolOptions o, Stdio io, String name) throws Failure {
        try {
            Path path = Path.of(name);
            if (Files.isRegularFile(path) && Files.size(path) > LARGEST) {
                o.complain(io, "Error: File must be less than " + LARGEST + " bytes.\n\n");
            } else {
                return Files.readAllBytes(path);
            }
        } catch (IOException e) {
            o.complain(io, "Error: Unable to read file \"" + name + "\": " + Reasons.of(e) + ".\n");
        }
        throw Connecting.fail(o, io, "Error loading input file \"" + name + "\".\n", BAD);
    }
}
