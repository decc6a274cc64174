package io.hawkermq.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// References by id, in pages of 4,096 like [IntPages].
final class ObjectPages {
    private static final int SHIFT = 12;
    private static final int PAGE = 1 << SHIFT;
    private static final int FEWEST = 16;

    private @Nullable Object[][] pages = {new @Nullable Object[FEWEST]};

    @Nullable Object at(int id) {
        return pages[id >>> SHIFT][id & (PAGE - 1)];
    }

    void set(int id, @Nullable Object object) {
        pages[id >>> SHIFT][id & (PAGE - 1)] = object;
    }

    /// Makes room for all ids up to this one.
    ///
    /// @param id at most one page beyond what there was room for
    void reach(int id) {
        int page = id >>> SHIFT;
        if (page == pages.length) {
            pages = Arrays.copyOf(pages, page + 1);
            pages[page] = new @Nullable Object[PAGE];
            return;
        }
        @Nullable Object[] objects = pages[page];
        if ((id & (PAGE - 1)) >= objects.length) {
            pages[page] = Arrays.copyOf(objects, objects.length * 2);
        }
    }
}
