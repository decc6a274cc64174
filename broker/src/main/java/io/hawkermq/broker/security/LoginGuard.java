package io.hawkermq.broker.security;

import io.hawkermq.core.EventLog;
import io.hawkermq.core.LogLevel;

/// Counts failed logins, by password or by another method, tells the log of them, and says who is
/// banned. By any thread.
public final class LoginGuard {
    /// For a person.
    static final String BANNED = "too many failed logins; try again in some minutes";

    private static final int LONGEST_LOGGED_NAME = 100;

    private final FailedLogins failedLogins;
    private final EventLog log;

    public LoginGuard(LoginLimits limits, EventLog log) {
        failedLogins = new FailedLogins(limits);
        this.log = log;
    }

    /// @param address of the peer, with its port
    boolean isBanned(String address, String userName) {
        return failedLogins.isBanned(FailedLogins.host(address), userName, now());
    }

    /// @return milliseconds before it is to be answered
    int failed(String address, String userName) {
        FailedLogins.Failure failure =
                failedLogins.failed(FailedLogins.host(address), userName, now());
        report(failure, FailedLogins.host(address), address, userName);
        return failure.delayMillis();
    }

    void succeeded(String address, String userName) {
        failedLogins.succeeded(FailedLogins.host(address), userName);
    }

    private void report(
            FailedLogins.Failure failure, String host, String address, String userName) {
        String name =
                userName.length() <= LONGEST_LOGGED_NAME
                        ? userName
                        : userName.substring(0, LONGEST_LOGGED_NAME) + "...";
        log.log(
                LogLevel.NOTICE,
                "Login of user '"
                        + name
                        + "' from "
                        + address
                        + " refused: the user name or the password is wrong (failure "
                        + failure.failures()
                        + ").");
        switch (failure.ban()) {
            case NONE -> {}
            case USER ->
                    log.log(
                            LogLevel.WARNING,
                            "Too many failed logins: user '"
                                    + name
                                    + "' is banned from address "
                                    + host
                                    + " for a time.");
            case ADDRESS ->
                    log.log(
                            LogLevel.WARNING,
                            "Too many failed logins: address " + host + " is banned for a time.");
        }
    }

    private static long now() {
        return System.nanoTime() / 1_000_000;
    }
}
