package io.hawkermq.it.foreign;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A program in a process of its own, whose output is read line by line by a thread of its own.
/// Whoever started it must [#close] it.
final class Program implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    /// What a test's program may print; what comes later is dropped.
    private static final int OUTPUT_LINES = 10_000;

    private final List<String> command;
    private final Process process;
    private final List<String> output = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    private Program(List<String> command) {
        this.command = command;
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.directory(module().toFile());
            // Topics are not ASCII, whatever the locale of whoever runs the tests.
            builder.environment().put("LC_ALL", "C.UTF-8");
            this.process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.reader = Thread.ofVirtual().start(this::readOutput);
    }

    static Program start(String... command) {
        return new Program(List.of(command));
    }

    /// Runs it to its end and expects exit status 0.
    ///
    /// @return the lines that it printed
    static List<String> run(String... command) {
        try (Program p = start(command)) {
            return p.expectSuccess();
        }
    }

    /// The directory of the module `it`, in which the programs run.
    static Path module() {
        return Path.of(System.getProperty("basedir", ".")).toAbsolutePath().normalize();
    }

    /// Waits until it ends and expects exit status 0.
    ///
    /// @return the lines that it printed
    List<String> expectSuccess() {
        try {
            if (!process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
                throw failure("did not end within " + DEADLINE.toSeconds() + " s");
            }
            if (!reader.join(DEADLINE)) {
                throw failure("closed its output not at its end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw failure("ended with status " + process.exitValue());
        }
        return lines();
    }

    /// Waits for a line, from `start` on, that fits.
    ///
    /// @param start how many lines to pass over
    /// @return the line
    String await(String what, int start, Predicate<String> fits) {
        long end = System.nanoTime() + DEADLINE.toNanos();
        synchronized (output) {
            int next = start;
            while (true) {
                while (next < output.size()) {
                    String line = output.get(next++);
                    if (fits.test(line)) {
                        return line;
                    }
                }
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (ended || millis <= 0) {
                    throw failure("did not print " + what);
                }
                try {
                    output.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new AssertionError("interrupted", e);
                }
            }
        }
    }

    String await(String what, Predicate<String> fits) {
        return await(what, 0, fits);
    }

    /// The lines so far.
    List<String> lines() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    AssertionError failure(String what) {
        return new AssertionError(
                String.join(" ", command)
                        + "\n  "
                        + what
                        + "; it printed:\n    "
                        + String.join("\n    ", lines()));
    }

    private void readOutput() {
        try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                synchronized (output) {
                    if (output.size() < OUTPUT_LINES) {
                        output.add(line);
                        output.notifyAll();
                    }
                }
            }
        } catch (IOException e) {
            synchronized (output) {
                output.add("(output ended: " + e.getMessage() + ")");
            }
        }
        synchronized (output) {
            ended = true;
            output.notifyAll();
        }
    }

    @Override
    public void close() {
        // What `timeout` has started outlives it, if it is killed.
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
