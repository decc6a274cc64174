package io.hawkermq.core;

import io.hawkermq.protocol.TopicFilter;
import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The retained message of each Topic Name, in an order that keeps subtrees together. Owned by one
/// shard.
///
/// Those that a Topic Filter matches are read with a [Cursor], a bounded number of visits at a
/// time. It remembers only how far in the order it has come, so that the messages may change
/// between two readings and nothing is copied: what was there throughout is found exactly once,
/// what came or went meanwhile is found or not. Whatever a filter cannot match is skipped by one
/// search in the tree, whole subtrees at a time.
///
/// Of a topic its UTF-8 bytes are kept, not copied, so that they are in memory once if the message
/// holds its Topic Name too.
public final class RetainedMessages<M> {
    private final TopicTree<M> tree = new TopicTree<>();

    public int size() {
        return tree.size();
    }

    /// Sets the retained message of a topic [MQTT-3.3.1-5].
    ///
    /// @return the one that it replaces, or null
    public @Nullable M put(TopicName topic, M message) {
        return tree.put(topic.utf8(), message);
    }

    /// Removes the retained message of a topic [MQTT-3.3.1-6].
    ///
    /// @return what was removed, or null
    public @Nullable M remove(TopicName topic) {
        return tree.remove(topic.utf8());
    }

    public @Nullable M get(TopicName topic) {
        return tree.get(topic.utf8());
    }

    /// Reads the messages that a filter matches.
    ///
    /// @param filter of a Shared Subscription its `$share/NAME/` means nothing
    public Cursor<M> matching(TopicFilter filter) {
        return new Cursor<>(tree, filter.filter().getBytes(StandardCharsets.UTF_8));
    }

    /// Reads all messages, those of topics that begin with `$` too.
    public Cursor<M> all() {
        return new Cursor<>(tree, null);
    }

    /// Reads messages in the order of their topics. Between two calls the messages may change in
    /// any way.
    public static final class Cursor<M> {
        private static final byte[] AFTER_RESERVED = {'$' + 1};
        // Between `a/...` and every other topic that begins with `a`.
        private static final byte AFTER_SUBTREE = 1;

        private final TopicTree<M> tree;
        private final byte @Nullable [] filter;
        // Nothing that is less is looked at any more.
        private byte[] bound;
        private int boundLength;
        // Where the bound is found in the tree as it was at this number of changes.
        private final TopicTree.Place place = new TopicTree.Place();
        private long placeChanges = -1;
        private boolean isAtEnd;
        private int visited;

        private Cursor(TopicTree<M> tree, byte @Nullable [] filter) {
            this.tree = tree;
            this.filter = filter;
            int start = filter == null ? 0 : endOfText(filter, 0);
            bound = filter == null ? new byte[0] : Arrays.copyOf(filter, Math.max(0, start));
            boundLength = Math.max(0, start);
        }

        /// True if all was read. Only [#next] finds out.
        public boolean isAtEnd() {
            return isAtEnd;
        }

        /// How many topics the last call of [#next] looked at.
        public int visited() {
            return visited;
        }

        /// The next message; null if there is none within so many visits, and then [#isAtEnd]
        /// tells whether there may be more later. A visit costs about a microsecond at most.
        ///
        /// @param visits topics to look at, positive
        public @Nullable M next(int visits) {
            visited = 0;
            if (isAtEnd) {
                return null;
            }
            if (placeChanges != tree.changes()) {
                TopicTree.forget(place);
                tree.seek(place, bound, boundLength);
                placeChanges = tree.changes();
            }
            for (int i = 0; i < visits; i++) {
                byte[] topic = place.key();
                if (topic == null) {
                    return end();
                }
                visited++;
                if (filter == null || isMatch(filter, topic)) {
                    M message = tree.at(place);
                    boundAfter(topic);
                    place.advance();
                    return message;
                }
                if (isAtEnd) {
                    return end();
                }
                tree.seek(place, bound, boundLength);
            }
            return null;
        }

        private @Nullable M end() {
            isAtEnd = true;
            bound = new byte[0];
            boundLength = 0;
            TopicTree.forget(place);
            return null;
        }

        /// True if the filter matches the topic. Else sets the bound to the least that comes after
        /// the topic and may match, or the end.
        private boolean isMatch(byte[] filter, byte[] topic) {
            if (topic[0] == '$' && (filter[0] == '+' || filter[0] == '#')) {
                setBound(AFTER_RESERVED, 1, filter, 0, 0); // [MQTT-4.7.2-1]
                return false;
            }
            int f = 0;
            int t = 0;
            int afterPlus = -1;
            while (true) {
                if (f < filter.length && filter[f] == '#') {
                    return true;
                }
                int fEnd = LevelDictionary.endOfLevel(filter, f);
                int tEnd = LevelDictionary.endOfLevel(topic, t);
                if (fEnd == f + 1 && filter[f] == '+') {
                    afterPlus = tEnd;
                } else {
                    int order = Arrays.compareUnsigned(topic, t, tEnd, filter, f, fEnd);
                    if (order < 0) {
                        setBound(topic, t, filter, f, endOfText(filter, f));
                        return false;
                    }
                    if (order > 0) {
                        skipSubtree(topic, afterPlus);
                        return false;
                    }
                }
                boolean isFilterDone = fEnd == filter.length;
                if (tEnd == topic.length) {
                    if (isFilterDone || (fEnd + 2 == filter.length && filter[fEnd + 1] == '#')) {
                        return true; // a/# matches a too
                    }
                    setBound(
                            topic,
                            tEnd,
                            filter,
                            fEnd,
                            Math.max(fEnd + 1, endOfText(filter, fEnd + 1)));
                    return false;
                }
                if (isFilterDone) {
                    skipSubtree(topic, afterPlus);
                    return false;
                }
                f = fEnd + 1;
                t = tEnd + 1;
            }
        }

        /// Nothing more can match below the topic's levels up to this end, which the filter's last
        /// `+` so far stands for: only another level in its place can.
        private void skipSubtree(byte[] topic, int afterPlus) {
            if (afterPlus < 0) {
                isAtEnd = true;
                return;
            }
            room(afterPlus + 1);
            System.arraycopy(topic, 0, bound, 0, afterPlus);
            bound[afterPlus] = AFTER_SUBTREE;
            boundLength = afterPlus + 1;
        }

        /// The next thing after a topic is the topic with a slash.
        private void boundAfter(byte[] topic) {
            room(topic.length + 1);
            System.arraycopy(topic, 0, bound, 0, topic.length);
            bound[topic.length] = '/';
            boundLength = topic.length + 1;
        }

        private void setBound(byte[] head, int headLength, byte[] filter, int from, int to) {
            room(headLength + to - from);
            System.arraycopy(head, 0, bound, 0, headLength);
            System.arraycopy(filter, from, bound, headLength, to - from);
            boundLength = headLength + to - from;
        }

        private void room(int length) {
            if (bound.length < length) {
                bound = new byte[length + length / 2];
            }
        }

        /// The end of the levels from here on that are text, without the slash before a wildcard;
        /// less than `from` if none is.
        private static int endOfText(byte[] filter, int from) {
            int end = from;
            while (true) {
                if (end < filter.length && (filter[end] == '+' || filter[end] == '#')) {
                    return end - 1;
                }
                end = LevelDictionary.endOfLevel(filter, end);
                if (end == filter.length) {
                    return end;
                }
                end++;
            }
        }
    }
}
