package io.hawkermq.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// The streams of a tool, held in memory.
///
/// @param status with which the tool would have ended the process from another thread
record Captured(
        Stdio io,
        ByteArrayOutputStream out,
        ByteArrayOutputStream err,
        CompletableFuture<Integer> status) {
    static Captured with(String input, Map<String, String> environment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        CompletableFuture<Integer> status = new CompletableFuture<>();
        return new Captured(
                new Stdio(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        status::complete),
                out,
                err,
                status);
    }

    static Captured empty() {
        return with("", Map.of());
    }

    String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
