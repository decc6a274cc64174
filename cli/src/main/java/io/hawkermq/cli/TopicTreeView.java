package io.hawkermq.cli;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// `sub --tree`: the topics seen so far as a tree with their latest payloads, drawn anew on a
/// terminal; elsewhere each message is a line of its own.
final class TopicTreeView {
    /// Topics held; further ones are counted only.
    private static final int MOST = 10_000;

    private static final int LONGEST_PAYLOAD = 60;
    private static final long PAUSE_NANOS = 100_000_000;

    private static final class Level {
        final Map<String, Level> below = new TreeMap<>();
        @Nullable String payload;
        long count;
    }

    private final Stdio io;
    private final boolean isTerminal;
    private final Level root = new Level();
    private int topics;
    private long left;
    private long drawn;

    TopicTreeView(Stdio io) {
        this.io = io;
        this.isTerminal = io.isTerminal();
        if (isTerminal) {
            // At rest too: what came last is shown a moment later.
            Thread.ofPlatform()
                    .daemon()
                    .name("tree")
                    .start(() -> {
                        while (true) {
                            java.util.concurrent.locks.LockSupport.parkNanos(PAUSE_NANOS);
                            drawIfDue();
                        }
                    });
        }
    }

    synchronized void add(String topic, byte[] payload) {
        Level level = root;
        for (String name : topic.split("/", -1)) {
            Level next = level.below.get(name);
            if (next == null) {
                if (topics >= MOST) {
                    left++;
                    return;
                }
                next = new Level();
                level.below.put(name, next);
                topics++;
            }
            level = next;
        }
        level.count++;
        level.payload = shown(payload);
        if (!isTerminal) {
            io.out().println(topic + " = " + level.payload);
            io.out().flush();
        }
        drawn = -1;
    }

    /// Control characters would act on the terminal.
    private static String shown(byte[] payload) {
        String text = new String(payload, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", ".");
        return text.length() <= LONGEST_PAYLOAD ? text : text.substring(0, LONGEST_PAYLOAD) + "…";
    }

    private synchronized void drawIfDue() {
        if (drawn == -1) {
            drawn = 0;
            StringBuilder s = new StringBuilder("\u001b[H\u001b[J");
            draw(root, "", s);
            if (left > 0) {
                s.append(left).append(" messages of further topics\n");
            }
            io.out().print(s);
            io.out().flush();
        }
    }

    private void draw(Level level, String indent, StringBuilder s) {
        int i = 0;
        for (Map.Entry<String, Level> e : level.below.entrySet()) {
            boolean isLast = ++i == level.below.size();
            Level below = e.getValue();
            s.append(indent).append(isLast ? "└─ " : "├─ ");
            s.append(colour("36", e.getKey()));
            if (below.payload != null) {
                s.append(" = ").append(below.payload);
                if (below.count > 1) {
                    s.append(colour("2", " (" + below.count + ")"));
                }
            }
            s.append('\n');
            draw(below, indent + (isLast ? "   " : "│  "), s);
        }
    }

    private String colour(String code, String text) {
        return isTerminal ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
