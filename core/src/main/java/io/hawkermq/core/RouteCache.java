package io.hawkermq.core;

import io.hawkermq.protocol.Doorkeeper;
import io.hawkermq.protocol.TopicName;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The routes of the Topic Names that a shard has seen lately, found by the name's hash: two share
/// a set, and a third takes the place of the older one when it comes again. The table doubles when as
/// many routes were displaced as it has places, so that a shard of few topics holds a small one.
final class RouteCache {
    private static final int FEWEST_PLACES = 1_024;
    private static final int MOST_PLACES = 65_536;

    /// Targets that all kept routes hold together; beyond it all are forgotten.
    private static final int MOST_TARGETS = 1_000_000;

    private @Nullable Route[] routes = new @Nullable Route[FEWEST_PLACES];

    /// Of the Topic Name of each: as with [io.hawkermq.protocol.TopicNames].
    private int[] hashes = new int[FEWEST_PLACES];

    private final Doorkeeper doorkeeper = new Doorkeeper();

    /// The one that was not let in last: it is asked for again while its message is on its way.
    private @Nullable Route passing;

    private int displaced;
    private int targets;

    /// The route that was [#put] for this Topic Name last, or null.
    @Nullable Route find(TopicName topic) {
        int hash = topic.hashCode();
        int first = setOf(hash);
        Route route = hashes[first] == hash ? routes[first] : null;
        if (route != null && route.topic.equals(topic)) {
            return route;
        }
        route = hashes[first + 1] == hash ? routes[first + 1] : null;
        if (route != null && route.topic.equals(topic)) {
            return route;
        }
        route = passing;
        return route != null && route.topic.equals(topic) ? route : null;
    }

    private int setOf(int hash) {
        return hash & (routes.length - 2);
    }

    /// Keeps a route instead of an earlier one of its Topic Name; if it is new, and others would have to
    /// make room, only for now.
    void put(Route route) {
        if (!isWelcome(route.topic.hashCode())) {
            passing = route;
            return;
        }
        targets += route.targets.size();
        if (targets > MOST_TARGETS) {
            clear();
            targets = route.targets.size();
        }
        int hash = route.topic.hashCode();
        int first = setOf(hash);
        Route newer = routes[first];
        if (newer != null && !newer.topic.equals(route.topic)) {
            Route older = routes[first + 1];
            routes[first + 1] = newer;
            hashes[first + 1] = hashes[first];
            newer = older;
            if (older != null && !older.topic.equals(route.topic)) {
                displaced++;
            }
        }
        routes[first] = route;
        hashes[first] = hash;
        if (newer != null) {
            targets -= newer.targets.size();
        }
        if (displaced > routes.length && routes.length < MOST_PLACES) {
            grow();
        }
    }

    private boolean isWelcome(int hash) {
        int first = setOf(hash);
        return routes[first] == null
                || routes[first + 1] == null
                || hashes[first] == hash
                || hashes[first + 1] == hash
                || doorkeeper.letsIn(hash);
    }

    private void grow() {
        @Nullable Route[] old = routes;
        routes = new @Nullable Route[old.length * 2];
        hashes = new int[routes.length];
        displaced = 0;
        // From one set come two, so that none is displaced.
        for (Route route : old) {
            if (route != null) {
                int first = setOf(route.topic.hashCode());
                int place = routes[first] == null ? first : first + 1;
                routes[place] = route;
                hashes[place] = route.topic.hashCode();
            }
        }
    }

    void clear() {
        Arrays.fill(routes, null);
        passing = null;
        targets = 0;
    }

    int places() {
        return routes.length;
    }
}
