package io.hawkermq.cli.load;

import org.jspecify.annotations.Nullable;

/// What the clients of a run do.
enum Scenario {
    PUBLISH("publish", 10, "N publishers, nobody subscribes"),
    SUBSCRIBE("subscribe", 10, "N subscribers to what others publish (-t FILTER)"),
    FAN_IN("fan-in", 50, "N publishers, one subscriber (or --subscribers)"),
    FAN_OUT("fan-out", 100, "one publisher (or --publishers), N subscribers"),
    PAIRS("pairs", 50, "N publishers with a subscriber each"),
    CONNECT("connect", 20, "connect, disconnect; N at a time"),
    IDLE("idle", 1_000, "N connections that do nothing"),
    RETAINED("retained", 1, "N subscribers to --topics retained messages");

    private final String word;
    private final int clients;
    private final String summary;

    Scenario(String word, int clients, String summary) {
        this.word = word;
        this.clients = clients;
        this.summary = summary;
    }

    static @Nullable Scenario of(String word) {
        for (Scenario s : values()) {
            if (s.word.equals(word)) {
                return s;
            }
        }
        return null;
    }

    String word() {
        return word;
    }

    /// How many clients there are unless told otherwise.
    int clients() {
        return clients;
    }

    String summary() {
        return summary;
    }

    boolean publishes() {
        return switch (this) {
            case PUBLISH, FAN_IN, FAN_OUT, PAIRS -> true;
            case SUBSCRIBE, CONNECT, IDLE, RETAINED -> false;
        };
    }

    boolean receives() {
        return switch (this) {
            case SUBSCRIBE, FAN_IN, FAN_OUT, PAIRS, RETAINED -> true;
            case PUBLISH, CONNECT, IDLE -> false;
        };
    }
}
