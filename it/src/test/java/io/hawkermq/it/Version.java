package io.hawkermq.it;

/// The protocol versions, by their byte in CONNECT.
public enum Version {
    V31(3),
    V311(4),
    V5(5);

    private final int level;

    Version(int level) {
        this.level = level;
    }

    public int level() {
        return level;
    }

    public boolean is5() {
        return this == V5;
    }
}
