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
    private final Doorkeeper doorkeeper = new Doorkeeper();

    /// The one that was not let in last: it is asked for again while its message is on its way.
    private @Nullable Route passing;

    private int displaced;
    private int targets;

    /// The route that was [#put] for this Topic Name last, or null.
    @Nullable Route find(TopicName topic) {
        int first = setOf(topic);
        Route route = routes[first];
        if (route != null && route.topic.equals(topic)) {
            return route;
        }
        route = routes[first + 1];
        if (route != null && route.topic.equals(topic)) {
            return route;
        }
        route = passing;
        return route != null && route.topic.equals(topic) ? route : null;
    }

    private int setOf(TopicName topic) {
        return topic.hashCode() & (routes.length - 2);
    }

    /// Keeps a route instead of an earlier one of its Topic Name; if it is new, and others would have to
    /// make room, only for now.
    void put(Route route) {
        if (!isWelcome(route.topic)) {
            passing = route;
            return;
        }
        targets += route.targets.size();
        if (targets > MOST_TARGETS) {
            clear();
            targets = route.targets.size();
        }
        int first = setOf(route.topic);
        Route newer = routes[first];
        if (newer != null && !newer.topic.equals(route.topic)) {
            Route older = routes[first + 1];
            routes[first + 1] = newer;
            newer = older;
            if (older != null && !older.topic.equals(route.topic)) {
                displaced++;
            }
        }
        routes[first] = route;
        if (newer != null) {
            targets -= newer.targets.size();
        }
        if (displaced > routes.length && routes.length < MOST_PLACES) {
            grow();
        }
    }

    private boolean isWelcome(TopicName topic) {
        int first = setOf(topic);
        Route newer = routes[first];
        Route older = routes[first + 1];
        return newer == null
                || older == null
                || newer.topic.equals(topic)
                || older.topic.equals(topic)
                || doorkeeper.letsIn(topic.hashCode());
    }

    private void grow() {
        @Nullable Route[] old = routes;
        routes = new @Nullable Route[old.length * 2];
        displaced = 0;
        // From one set come two, so that none is displaced.
        for (Route route : old) {
            if (route != null) {
                int first = setOf(route.topic);
                routes[routes[first] == null ? first : first + 1] = route;
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
