package io.hawkermq.broker.security;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the users of a login service may do, as far as they have logged in since the start. Of more
/// than `most` those are forgotten whose rights have ended, and then those that logged in longest ago:
/// where each renewed token is a user of its own, they come to an end otherwise. By any thread.
final class Grants {
    /// About a sixteenth is forgotten at once, because to find the oldest takes a look at all.
    private static final int PART = 16;

    /// What a user may do.
    ///
    /// @param until in milliseconds since the epoch; nothing is allowed afterwards
    /// @param login counts up
    record Grant(LoginService.Rights rights, long until, long login) {}

    private final int most;
    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final AtomicLong logins = new AtomicLong();
    private volatile boolean haveForgottenEnds;

    Grants(int most) {
        this.most = most;
    }

    @Nullable Grant of(String userName) {
        return grants.get(userName);
    }

    /// True once rights have been forgotten that had an end. As it is not known any more whose they
    /// were and when they end, users who are not known have none from then on.
    boolean haveForgottenEnds() {
        return haveForgottenEnds;
    }

    /// Logins that are under way at the same time may together exceed what is kept by their number.
    ///
    /// @return what was known of the user, null if nothing
    @Nullable Grant put(LoginService.Admission admission) {
        return grants.put(
                admission.userName(),
                new Grant(admission.rights(), admission.until(), logins.incrementAndGet()));
    }

    void remove(String userName) {
        grants.remove(userName);
    }

    /// Forgets some if there is no room for this user.
    ///
    /// @param now in milliseconds since the epoch
    /// @return how many
    synchronized int makeRoomFor(String userName, long now) {
        int before = grants.size();
        if (before < most || grants.containsKey(userName)) {
            return 0;
        }
        forget(grant -> grant.until() <= now);
        long[] ages = grants.values().stream().mapToLong(Grant::login).sorted().toArray();
        int excess = ages.length - (most - Math.max(1, most / PART));
        if (excess > 0) {
            long youngest = ages[excess - 1];
            forget(grant -> grant.login() <= youngest);
        }
        return before - grants.size();
    }

    private void forget(Predicate<Grant> which) {
        grants.values()
                .removeIf(grant -> {
                    boolean isForgotten = which.test(grant);
                    if (isForgotten && grant.until() != LoginService.FOREVER) {
                        haveForgottenEnds = true; // before it is gone
                    }
                    return isForgotten;
                });
    }
}
