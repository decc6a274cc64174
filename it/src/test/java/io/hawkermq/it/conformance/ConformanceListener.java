package io.hawkermq.it.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/// Notes the result of every test and writes the matrix when all have run: always to
/// `target/conformance.md`, and with the system property `conformance.write` set to `true` to
/// `docs/conformance.md` as well.
public final class ConformanceListener implements TestExecutionListener {
    /// By test name. A test that runs several times is as good as its worst run; runs that an
    /// assumption ended do not count beside others.
    private final Map<String, String> results = new ConcurrentHashMap<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.getSource().orElse(null) instanceof MethodSource method) {
            String name = ConformanceMatrix.name(method.getJavaClass(), method.getMethodName());
            String outcome =
                    switch (result.getStatus()) {
                        case SUCCESSFUL -> test.isTest() ? "passed" : "skipped";
                        case ABORTED -> "skipped";
                        case FAILED -> "failed";
                    };
            results.merge(name, outcome, ConformanceListener::worse);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        if (test.getSource().orElse(null) instanceof MethodSource method) {
            results.merge(
                    ConformanceMatrix.name(method.getJavaClass(), method.getMethodName()),
                    "skipped",
                    ConformanceListener::worse);
        }
    }

    private static String worse(String a, String b) {
        if (a.equals("failed") || b.equals("failed")) {
            return "failed";
        }
        return a.equals("passed") ? a : b;
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        if (results.isEmpty()) {
            return;
        }
        String text = String.join("\n", new ConformanceMatrix().markdown(results)) + "\n";
        Path module = Path.of(System.getProperty("basedir", "."));
        try {
            Files.createDirectories(module.resolve("target"));
            Files.writeString(module.resolve("target/conformance.md"), text);
            if (Boolean.getBoolean("conformance.write")) {
                Files.createDirectories(module.resolve("../docs"));
                Files.writeString(module.resolve("../docs/conformance.md"), text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
