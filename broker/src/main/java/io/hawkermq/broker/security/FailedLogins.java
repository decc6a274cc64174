package io.hawkermq.broker.security;

import io.netty.util.NetUtil;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/// Who has failed to log in how often. Keeps the [#MOST] addresses and as many pairs of address and
/// user name that failed last; who knocks from more addresses than that makes it forget. Called by
/// the threads that check passwords.
final class FailedLogins {
    static final int MOST = 10_000;

    /// Failures that are answered at once: a person mistypes, a guesser does not stop there.
    static final int AT_ONCE = 3;

    private static final int LONGEST_NAME = 64;

    /// Of an IPv6 address, whose other half its owner chooses.
    private static final int NETWORK_BYTES = 8;

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
    /// second half. It is parsed, as one address can be written in many ways, by a proxy too.
    ///
    /// @param address like `127.0.0.1:1234`, `2001:db8::1:1234`, `[2001:db8::1]:1234` or no IP address
    static String host(String address) {
        int colon = address.endsWith("]") ? -1 : address.lastIndexOf(':');
        String host = colon < 0 ? address : address.substring(0, colon);
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return host;
        }
        try {
            // An IPv4-mapped IPv6 address becomes an IPv4 address.
            InetAddress parsed = InetAddress.getByAddress(bytes);
            return parsed instanceof Inet6Address
                    ? network(parsed.getAddress())
                    : NetUtil.toAddressString(parsed);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of the right length", e);
        }
    }

    private static String network(byte[] bytes) {
        StringJoiner groups = new StringJoiner(":", "", "::/64");
        for (int i = 0; i < NETWORK_BYTES; i += 2) {
            groups.add(Integer.toHexString((bytes[i] & 0xFF) << 8 | bytes[i + 1] & 0xFF));
        }
        return groups.toString();
    }
}
