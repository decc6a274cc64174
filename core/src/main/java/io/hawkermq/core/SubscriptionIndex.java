package io.hawkermq.core;

import static io.hawkermq.core.FilterNodes.HASH;
import static io.hawkermq.core.FilterNodes.HAS_CONTENT;
import static io.hawkermq.core.FilterNodes.HAS_HASH;
import static io.hawkermq.core.FilterNodes.HAS_PLUS;
import static io.hawkermq.core.FilterNodes.NONE;
import static io.hawkermq.core.FilterNodes.ONE_LITERAL;
import static io.hawkermq.core.FilterNodes.PLUS;
import static io.hawkermq.core.FilterNodes.ROOT;

import io.hawkermq.protocol.TopicName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Finds the subscribers of a Topic Name among millions of Topic Filters, by the rules of section
/// 4.7. Owned by one shard.
///
/// The filters form a tree of levels that is kept in flat tables, about 100 bytes a filter: a
/// [LevelDictionary] makes numbers of levels and [FilterNodes] holds the edges (node, level) ->
/// node. Nothing is kept of the filter's text. All tables grow in small pieces, so that no single
/// call takes long however many filters there are; records of removed nodes are used again, and
/// all is given back when the last filter goes.
///
/// Whoever keeps the result of a match asks [#subtree] once and then, before each use, whether
/// [#version] of it is still the same: two array reads.
///
/// A pair of filter and subscriber is there once, subscribers being told apart by identity. A
/// consumer must not call back into the index.
public final class SubscriptionIndex<S> {
    private static final int STAMP_BITS = 12;
    private static final int STAMPS = 1 << STAMP_BITS;
    // An index that never had a filter needs no tables of its own.
    private static final int[] NO_STAMPS = new int[STAMPS];
    private static final int NO_LEVEL = -1;

    private final LevelDictionary levels;
    private final FilterNodes nodes;
    private int filters;
    private int size;

    // Counts of changes to filters that begin with a wildcard, or to very many; with a text and
    // then nothing or a wildcard; with two texts. A topic is only affected by its own three
    // counters.
    private long anywhere;
    private int[] underFirst = NO_STAMPS;
    private int[] underSecond = NO_STAMPS;

    // Of the match that is going on: node and depth of what is left to visit, the level ids of the
    // topic as far as they were looked up, and where the next level begins.
    private int[] pending = new int[32];
    private int[] topicLevels = new int[16];
    private int known;
    private int nextLevelAt;

    /// @param seed unknown to clients, so that they cannot choose levels of equal hash
    public SubscriptionIndex(long seed) {
        levels = new LevelDictionary(seed);
        nodes = new FilterNodes(LevelDictionary.mix(seed + 1));
    }

    /// Pairs of filter and subscriber.
    public int size() {
        return size;
    }

    /// Distinct filters.
    public int filters() {
        return filters;
    }

    /// Adds a subscriber to a filter; later ones of the same filter are found after earlier ones.
    ///
    /// @param filter a valid Topic Filter, of a Shared Subscription without `$share/NAME/`
    /// @return false if the pair was there already
    /// @throws IllegalStateException if the tree would have more than 67,108,863 nodes
    @SuppressWarnings("ReferenceEquality") // identity is what tells subscribers apart
    public boolean add(String filter, S subscriber) {
        byte[] utf8 = filter.getBytes(StandardCharsets.UTF_8);
        if (nodes.count() + levelsIn(utf8) > IdTable.MOST_ID - LevelDictionary.FIRST_ID) {
            throw new IllegalStateException("the subscription index has no room for " + filter);
        }
        int node = ROOT;
        int from = 0;
        while (from <= utf8.length) {
            int to = LevelDictionary.endOfLevel(utf8, from);
            node = childOrNew(node, utf8, from, to);
            from = to + 1;
        }
        Object content = nodes.content(node);
        if (content == null) {
            nodes.setContent(node, subscriber);
            filters++;
        } else if (content instanceof SubscriberSet<?> set) {
            if (!set.add(subscriber)) {
                return false;
            }
        } else if (content == subscriber) {
            return false;
        } else {
            SubscriberSet<S> set = new SubscriberSet<>();
            set.add(content);
            set.add(subscriber);
            nodes.setContent(node, set);
        }
        size++;
        stamp(utf8);
        return true;
    }

    private int childOrNew(int node, byte[] utf8, int from, int to) {
        int level = wildcardAt(utf8, from, to);
        if (level == NO_LEVEL) {
            level = levels.find(utf8, from, to);
            if (level == LevelDictionary.UNKNOWN) {
                return nodes.addChild(node, levels.add(utf8, from, to));
            }
        }
        int child = nodes.child(node, level);
        if (child != NONE) {
            return child;
        }
        if (level >= LevelDictionary.FIRST_ID) {
            levels.use(level); // by the new node
        }
        return nodes.addChild(node, level);
    }

    /// Takes a subscriber from a filter.
    ///
    /// @return false if the pair was not there
    public boolean remove(String filter, S subscriber) {
        byte[] utf8 = filter.getBytes(StandardCharsets.UTF_8);
        if (!take(utf8, subscriber)) {
            return false;
        }
        stamp(utf8);
        return true;
    }

    /// The same for a subscriber that whoever asks for a match passes over already: what was found
    /// for a topic stays as it is.
    ///
    /// @return false if the pair was not there
    boolean removePassedOver(String filter, S subscriber) {
        return take(filter.getBytes(StandardCharsets.UTF_8), subscriber);
    }

    /// Some subscribers are passed over from now on: whatever was found before has to be found anew.
    void passOver() {
        anywhere++;
    }

    @SuppressWarnings("ReferenceEquality") // identity is what tells subscribers apart
    private boolean take(byte[] utf8, S subscriber) {
        int node = nodeOf(utf8);
        if (node == NONE) {
            return false;
        }
        Object content = nodes.content(node);
        if (content == subscriber) {
            nodes.setContent(node, null);
            filters--;
            prune(node);
        } else if (content instanceof SubscriberSet<?> set && set.remove(subscriber)) {
            if (set.count() == 1) {
                nodes.setContent(node, set.only());
            }
        } else {
            return false;
        }
        size--;
        return true;
    }

    /// Removes a node that nothing needs any more, and those above it that only led to it.
    private void prune(int from) {
        int node = from;
        while (node != ROOT && nodes.shape(node) == 0) {
            int parent = nodes.parent(node);
            int level = nodes.level(node);
            nodes.remove(node);
            if (level >= LevelDictionary.FIRST_ID) {
                levels.release(level);
            }
            node = parent;
        }
    }

    /// The node at which this very filter ends, or NONE.
    private int nodeOf(byte[] filter) {
        int node = ROOT;
        int from = 0;
        while (from <= filter.length) {
            int to = LevelDictionary.endOfLevel(filter, from);
            int level = wildcardAt(filter, from, to);
            if (level == NO_LEVEL) {
                level = levels.find(filter, from, to);
            }
            if (level == LevelDictionary.UNKNOWN) {
                return NONE;
            }
            node = nodes.child(node, level);
            if (node == NONE) {
                return NONE;
            }
            from = to + 1;
        }
        return node;
    }

    /// True if one of this very filter's subscribers meets the condition; looks no further than
    /// the first that does.
    @SuppressWarnings("unchecked") // only add() makes contents
    public boolean anyAt(String filter, Predicate<? super S> condition) {
        int node = nodeOf(filter.getBytes(StandardCharsets.UTF_8));
        Object content = node == NONE ? null : nodes.content(node);
        if (content instanceof SubscriberSet<?> set) {
            return ((SubscriberSet<S>) set).any(condition);
        }
        return content != null && condition.test((S) content);
    }

    /// Every pair of filter and subscriber whose filter matches the topic, each once: a subscriber
    /// comes as often as it has matching filters. Subscribers of one filter come in the order in
    /// which they were added, filters in an order of their own.
    public void match(TopicName topic, Consumer<? super S> found) {
        byte[] utf8 = topic.utf8();
        known = 0;
        nextLevelAt = 0;
        // A wildcard at the first level does not match a topic that begins with $ [MQTT-4.7.2-1].
        int rootShape = nodes.shape(ROOT);
        int top = 0;
        int node = ROOT;
        int depth = 0;
        int shape = topic.isReserved() ? rootShape & ~(HAS_PLUS | HAS_HASH) : rootShape;
        while (true) {
            if ((shape & HAS_HASH) != 0) {
                // Also at the topic's end: a/# matches a.
                tell(nodes.child(node, HASH), found);
            }
            int level = topicLevel(utf8, depth);
            int next = NONE;
            if (level == NO_LEVEL) {
                if ((shape & HAS_CONTENT) != 0) {
                    tell(node, found);
                }
            } else {
                if (level != LevelDictionary.UNKNOWN && shape >= ONE_LITERAL) {
                    next = nodes.child(node, level);
                }
                if ((shape & HAS_PLUS) != 0) {
                    int any = nodes.child(node, PLUS);
                    if (next == NONE) {
                        next = any;
                    } else {
                        top = push(top, any, depth + 1);
                    }
                }
            }
            if (next != NONE) {
                node = next;
                depth++;
            } else if (top > 0) {
                top -= 2;
                node = pending[top];
                depth = pending[top + 1];
            } else {
                return;
            }
            shape = nodes.shape(node);
        }
    }

    private int push(int top, int node, int depth) {
        if (top == pending.length) {
            pending = Arrays.copyOf(pending, top * 2);
        }
        pending[top] = node;
        pending[top + 1] = depth;
        return top + 2;
    }

    /// The id of the topic's level at this depth, from 0; NO_LEVEL at the topic's end. Levels are
    /// looked up only as deep as filters go.
    private int topicLevel(byte[] utf8, int depth) {
        if (depth < known) {
            return topicLevels[depth];
        }
        if (nextLevelAt > utf8.length) {
            return NO_LEVEL;
        }
        int to = LevelDictionary.endOfLevel(utf8, nextLevelAt);
        int level = levels.find(utf8, nextLevelAt, to);
        nextLevelAt = to + 1;
        if (known == topicLevels.length) {
            topicLevels = Arrays.copyOf(topicLevels, known * 2);
        }
        topicLevels[known++] = level;
        return level;
    }

    @SuppressWarnings("unchecked") // only add() makes contents
    private void tell(int node, Consumer<? super S> found) {
        Object content = nodes.content(node);
        if (content instanceof SubscriberSet<?> set) {
            ((SubscriberSet<S>) set).forEach(found);
        } else if (content != null) {
            found.accept((S) content);
        }
    }

    /// Where changes to filters that may match this topic are counted: a number to keep with what
    /// was found for it. Depends on the topic alone.
    public int subtree(TopicName topic) {
        return subtree(topic.utf8());
    }

    private int subtree(byte[] utf8) {
        int slash = LevelDictionary.endOfLevel(utf8, 0);
        long first = levels.hash(utf8, 0, slash);
        long second =
                slash == utf8.length
                        ? 0
                        : levels.hash(utf8, slash + 1, LevelDictionary.endOfLevel(utf8, slash + 1));
        int high = (int) (first >>> (Long.SIZE - STAMP_BITS));
        int low = (int) (LevelDictionary.mix(first + second) >>> (Long.SIZE - STAMP_BITS));
        return high << STAMP_BITS | low;
    }

    /// A number that grows with every change to what matches topics of this subtree, and now and
    /// then with a change to something else.
    ///
    /// @param subtree from [#subtree]
    public long version(int subtree) {
        return anywhere + underFirst[subtree >>> STAMP_BITS] + underSecond[subtree & (STAMPS - 1)];
    }

    @SuppressWarnings("ReferenceEquality") // the shared tables are told by identity
    private void stamp(byte[] filter) {
        if (underFirst == NO_STAMPS) {
            underFirst = new int[STAMPS];
            underSecond = new int[STAMPS];
        }
        int to = LevelDictionary.endOfLevel(filter, 0);
        if (wildcardAt(filter, 0, to) != NO_LEVEL) {
            anywhere++;
            return;
        }
        int subtree = subtree(filter);
        int next = to + 1;
        if (next > filter.length
                || wildcardAt(filter, next, LevelDictionary.endOfLevel(filter, next)) != NO_LEVEL) {
            underFirst[subtree >>> STAMP_BITS]++;
        } else {
            underSecond[subtree & (STAMPS - 1)]++;
        }
    }

    private static int wildcardAt(byte[] filter, int from, int to) {
        if (to - from != 1) {
            return NO_LEVEL;
        }
        return switch (filter[from]) {
            case '+' -> PLUS;
            case '#' -> HASH;
            default -> NO_LEVEL;
        };
    }

    private static int levelsIn(byte[] utf8) {
        int levels = 1;
        for (byte b : utf8) {
            if (b == '/') {
                levels++;
            }
        }
        return levels;
    }

    /// How many there are of what, for people.
    @Override
    public String toString() {
        return filters
                + " filters, "
                + size
                + " subscribers, "
                + nodes.count()
                + " nodes, "
                + levels.count()
                + " levels";
    }

    /// For tests: nothing at all is left of what was added.
    boolean isBare() {
        @Nullable Object root = nodes.content(ROOT);
        return size == 0
                && filters == 0
                && nodes.count() == 0
                && levels.count() == 0
                && root == null
                && nodes.shape(ROOT) == 0;
    }
}
