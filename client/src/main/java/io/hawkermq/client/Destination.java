package io.hawkermq.client;

import io.hawkermq.protocol.ReasonCode;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Where the next attempt goes: to the server of the program, or to the one that a server has
/// referred to.
///
/// A Server Reference is a list of `host[:port]` with spaces between, section 4.11, tried in order.
/// It never leads from TLS to a transport without it, and its user information is not used. "Server
/// moved" replaces the program's server for the life of the client; "Use another server" counts
/// until an attempt there has failed.
///
/// Owned by the client's loop; [#current] may be read by any thread.
final class Destination {
    /// Of one Server Reference; the rest is not looked at.
    private static final int MOST_REFERENCES = 16;

    private final int mostHops;
    private final ArrayDeque<ServerAddress> others = new ArrayDeque<>();
    private ServerAddress home;
    private volatile ServerAddress current;
    private int hops;

    /// @param mostHops redirections in a row that are followed, 0 or more
    Destination(ServerAddress home, int mostHops) {
        this.home = home;
        this.current = home;
        this.mostHops = mostHops;
    }

    ServerAddress current() {
        return current;
    }

    /// The program asks for a connection, or one has lasted: what was before does not count.
    void settled() {
        hops = 0;
    }

    /// @return the ending in its place if it is not followed; the same where none is to be
    @Nullable Ending redirected(Ending.Redirected ending) {
        if (mostHops == 0) {
            return ending;
        }
        String references = ending.serverReference();
        if (references == null || references.isBlank()) {
            return new Ending.NotFollowed(Ending.NotFollowed.Why.NO_REFERENCE, ending);
        }
        if (hops == mostHops) {
            return new Ending.NotFollowed(Ending.NotFollowed.Why.TOO_MANY, ending);
        }
        others.clear();
        for (String reference : references.trim().split(" +", MOST_REFERENCES + 1)) {
            ServerAddress address = resolved(reference);
            if (address != null && others.size() < MOST_REFERENCES) {
                others.add(address);
            }
        }
        ServerAddress first = others.poll();
        if (first == null) {
            return new Ending.NotFollowed(Ending.NotFollowed.Why.UNUSABLE, ending);
        }
        hops++;
        if (ending.reasonCode() == ReasonCode.SERVER_MOVED) {
            home = first;
        }
        current = first;
        return null;
    }

    private @Nullable ServerAddress resolved(String reference) {
        try {
            return current.referred(reference);
        } catch (IllegalArgumentException e) {
            return null; // the next reference may be better; without any, the ending tells all
        }
    }

    /// An attempt has failed.
    ///
    /// @return true if the Server Reference names another server, to be tried at once
    boolean failed() {
        ServerAddress next = others.poll();
        current = next == null ? home : next;
        return next != null;
    }

    /// The server has accepted: the other references are of no use any more.
    void reached() {
        others.clear();
    }
}
