package io.hawkermq.mosquitto;

/// How long a bridge waits before it connects again, in seconds.
///
/// @param base the wait, or the least of it
/// @param cap the most of it; equal to `base` for a constant wait
/// @param stable after which time of connection the wait starts from `base` again; 0 for at once
public record RestartTimeout(int base, int cap, int stable) {
    @Override
    public String toString() {
        return base == cap && stable == 0
                ? Integer.toString(base)
                : base + " " + cap + (stable == 0 ? "" : " " + stable);
    }
}
