package io.hawkermq.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `docs/client.md` shows compiles: each recipe, and each piece of code in the tables for those
/// who come from Paho or HiveMQ's client. Three dots stand for code of the reader's.
class RecipesTest {
    /// What the recipes take for granted.
    private static final String AMBIENT =
            """
            import io.hawkermq.client.*;
            import io.hawkermq.protocol.*;
            import io.hawkermq.protocol.Properties;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;

            abstract class NAME {
                interface Database {
                    void store(byte[] payload);
                }

                Authenticator authenticator;
                CompletableFuture<?> future;
                Database database;
                Duration delay;
                Handler handler;
                Flow.Subscriber<IncomingMessage> subscriber;
                MqttClient client;
                MqttClient service;
                MESSAGE message;
                Path dir;
                Properties properties;
                QoS q;
                QoS qos;
                ReasonCode c;
                String f;
                String filter;
                String id;
                String t;
                String topic;
                String u;
                String uri;
                String p;
                byte[] bytes;
                byte[] payload;
                int n;
                javax.net.ssl.SSLContext sslContext;
                long s;

                abstract String freshToken();

                abstract byte[] add(byte[] numbers);

                abstract void log(Object o);

                abstract void ring(String text);

                abstract void show(Object o);

                void recipe() throws Exception {
                    BODY
                }
            }
            """;

    private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern CODE = Pattern.compile("`([^`]*\\([^`]*)`");

    private final List<JavaFileObject> sources = new ArrayList<>();

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String name, String text) {
            super(URI.create("string:///" + name + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "client.md"));
    }

    private void add(String kind, String code) {
        String name = kind + sources.size();
        String body =
                code.replace("-> ...", "-> {}")
                        .replace("{ ... }", "{}")
                        .replaceAll("\\)\\.\\.\\.(?=\\w)", ").");
        // The one word that means two things.
        String message = code.contains("message.acknowledge()") ? "IncomingMessage" : "Message";
        sources.add(
                new Source(
                        name,
                        AMBIENT.replace("NAME", name)
                                .replace("MESSAGE", message)
                                .replace("BODY", body)));
    }

    /// The code in the right column of a table, as a statement.
    private void addCells(String page) {
        page.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(line.indexOf("` | ") + 3))
                .forEach(cell -> {
                    Matcher code = CODE.matcher(cell);
                    while (code.find()) {
                        String text = code.group(1);
                        if (!text.contains("(...)")) {
                            add(
                                    "Cell",
                                    (text.startsWith(".") ? "MqttClient.builder()" : "")
                                            + text
                                            + ";");
                        }
                    }
                });
    }

    @Test
    void whatTheDocumentationShowsCompiles(@TempDir Path classes) throws Exception {
        String page = page();
        Matcher blocks = BLOCK.matcher(page);
        while (blocks.find()) {
            add("Recipe", blocks.group(1));
        }
        int recipes = sources.size();
        addCells(page.substring(page.indexOf("## From Paho")));
        assertTrue(recipes >= 10, recipes + " recipes");
        assertTrue(sources.size() - recipes >= 30, sources.size() - recipes + " cells");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        StringWriter out = new StringWriter();
        List<String> options =
                List.of(
                        "-d",
                        classes.toString(),
                        "-proc:none",
                        "-cp",
                        System.getProperty("java.class.path"));
        boolean isCompiled = compiler.getTask(out, null, problems, options, null, sources).call();
        assertEquals("[]", problems.getDiagnostics().toString(), out.toString());
        assertTrue(isCompiled);
    }
}
