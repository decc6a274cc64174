package io.hawkermq.broker.security;

import java.util.LinkedHashMap;
import java.util.Map;

/// Who has failed to log in how often. Keeps the [#MOST] addresses and as many pairs of address and
/// user name that failed last; who knocks from more addresses than that makes it forget. Called by
/// the threads that check passwords.
final class FailedLogins {
    static final int MOST = 10_000;

    /// Failures that are answered at once: a person mistypes, a guesser does not stop there.
    static final int AT_ONCE = 3;

    private static final int LONGEST_NAME = 64;
    private static final int IPV6_GROUPS = 8;

    /// @param failures of this user name from this address, this one included
    /// @param delayMillis before it is to be answered
    record Failure(int failures, int delayMillis, Ban ban) {}

    /// What a failure has led to.
    enum Ban {
        NONE,
        USER,
        ADDRESS
    }

    private record Pair(String host, String userName) {}

    private static final class Count {
        long since;
        int failures;
        long bannedUntil = Long.MIN_VALUE;
    }

    private final LoginLimits limits;
    private final Map<Pair, Count> pairs = lastUsed();
    private final Map<String, Count> hosts = lastUsed();

    FailedLogins(LoginLimits limits) {
        this.limits = limits;
    }

    private static <K> Map<K, Count> lastUsed() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Count> eldest) {
                return size() > MOST;
            }
        };
    }

    /// @param now in milliseconds, from a clock that does not go back
    synchronized boolean isBanned(String host, String userName, long now) {
        Count ofHost = hosts.get(host);
        Count ofPair = pairs.get(pair(host, userName));
        return (ofHost != null && now < ofHost.bannedUntil)
                || (ofPair != null && now < ofPair.bannedUntil);
    }

    synchronized Failure failed(String host, String userName, long now) {
        Count ofPair = pairs.computeIfAbsent(pair(host, userName), p -> new Count());
        Count ofHost = hosts.computeIfAbsent(host, h -> new Count());
        boolean isPairBanned = count(ofPair, limits.failuresOfUser(), now);
        boolean isHostBanned = count(ofHost, limits.failuresOfAddress(), now);
        return new Failure(
                ofPair.failures,
                delayMillis(ofPair.failures),
                isHostBanned ? Ban.ADDRESS : isPairBanned ? Ban.USER : Ban.NONE);
    }

    private int delayMillis(int failures) {
        if (failures <= AT_ONCE) {
            return 0;
        }
        int doublings = Math.min(failures - AT_ONCE - 1, 16);
        return (int)
                Math.min((long) limits.firstDelayMillis() << doublings, limits.mostDelayMillis());
    }

    /// @return true if a ban begins
    private boolean count(Count c, int most, long now) {
        if (now - c.since > limits.windowSeconds() * 1_000L) {
            c.failures = 0;
        }
        if (c.failures == 0) {
            c.since = now;
        }
        c.failures++;
        if (most == 0 || c.failures < most) {
            return false;
        }
        boolean begins = now >= c.bannedUntil;
        c.bannedUntil = now + limits.banSeconds() * 1_000L;
        return begins && limits.banSeconds() > 0;
    }

    /// Forgives the user name, but not the address: who has one account could go on guessing others.
    synchronized void succeeded(String host, String userName) {
        pairs.remove(pair(host, userName));
    }

    synchronized int size() {
        return pairs.size() + hosts.size();
    }

    private static Pair pair(String host, String userName) {
        return new Pair(
                host,
                userName.length() <= LONGEST_NAME
                        ? userName
                        : userName.substring(0, LONGEST_NAME) + userName.hashCode());
    }

    /// The part of a peer's address that counts: without its port, an IPv6 address without its
    /// second half.
    ///
    /// @param address like `127.0.0.1:1234` or `0:0:0:0:0:0:0:1:1234`
    static String host(String address) {
        int colon = address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        String[] groups = host.split(":", -1);
        return groups.length < IPV6_GROUPS
                ? host
                : String.join(":", groups[0], groups[1], groups[2], groups[3]) + "::/64";
    }
}
