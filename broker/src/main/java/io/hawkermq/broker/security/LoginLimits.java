package io.hawkermq.broker.security;

import java.util.Objects;

/// How many failed logins are borne, from one address: each is answered later than the one before,
/// and too many within a time close the door for a time. An IPv6 address counts with the 2^64
/// others of its subnet, which one person has.
///
/// @param failuresOfUser of one user name from one address that lead to a ban of just these two
///     together, so that a forgotten device does not lock out others behind the same address; 0
///     for none
/// @param failuresOfAddress of all user names together that lead to a ban of the address; 0 for
///     none
/// @param windowSeconds in which they are counted
/// @param banSeconds that a ban lasts
/// @param firstDelayMillis before the answer to the fourth failure of a user name, doubled with each
///     further one; 0 for none
/// @param mostDelayMillis the longest delay, less than the time in which a handshake must complete
public record LoginLimits(
        int failuresOfUser,
        int failuresOfAddress,
        int windowSeconds,
        int banSeconds,
        int firstDelayMillis,
        int mostDelayMillis) {
    public static final LoginLimits DEFAULT = new LoginLimits(10, 100, 300, 300, 100, 5_000);

    public LoginLimits {
        Objects.checkIndex(failuresOfUser, Integer.MAX_VALUE);
        Objects.checkIndex(failuresOfAddress, Integer.MAX_VALUE);
        Objects.checkIndex(windowSeconds, Integer.MAX_VALUE);
        Objects.checkIndex(banSeconds, Integer.MAX_VALUE);
        Objects.checkIndex(firstDelayMillis, Integer.MAX_VALUE);
        Objects.checkIndex(mostDelayMillis, 8_001);
    }

    /// The option `hawker_login_failures`.
    public LoginLimits withFailuresOfUser(int value) {
        return new LoginLimits(
                value,
                failuresOfAddress,
                windowSeconds,
                banSeconds,
                firstDelayMillis,
                mostDelayMillis);
    }

    /// The option `hawker_login_failures_address`.
    public LoginLimits withFailuresOfAddress(int value) {
        return new LoginLimits(
                failuresOfUser,
                value,
                windowSeconds,
                banSeconds,
                firstDelayMillis,
                mostDelayMillis);
    }

    /// The option `hawker_login_window`.
    public LoginLimits withWindow(int seconds) {
        return new LoginLimits(
                failuresOfUser,
                failuresOfAddress,
                seconds,
                banSeconds,
                firstDelayMillis,
                mostDelayMillis);
    }

    /// The option `hawker_login_ban`.
    public LoginLimits withBan(int seconds) {
        return new LoginLimits(
                failuresOfUser,
                failuresOfAddress,
                windowSeconds,
                seconds,
                firstDelayMillis,
                mostDelayMillis);
    }

    /// The option `hawker_login_delay`.
    ///
    /// @param first milliseconds
    /// @param most milliseconds, up to 8,000
    public LoginLimits withDelays(int first, int most) {
        return new LoginLimits(
                failuresOfUser, failuresOfAddress, windowSeconds, banSeconds, first, most);
    }
}
