package io.hawkermq.core;

import java.util.Arrays;

/// Records of a few ints each, by id, in pages of 4,096 records: growing copies nothing once the
/// first page is full, so that no single addition takes long.
final class IntPages {
    private static final int SHIFT = 12;
    private static final int PAGE = 1 << SHIFT;
    private static final int FEWEST = 16;

    private final int stride;
    private int[][] pages;

    /// @param stride ints in a record
    IntPages(int stride) {
        this.stride = stride;
        this.pages = new int[][] {new int[FEWEST * stride]};
    }

    /// The page that holds the record, from [#offset] on.
    int[] page(int id) {
        return pages[id >>> SHIFT];
    }

    int offset(int id) {
        return (id & (PAGE - 1)) * stride;
    }

    /// Makes room for all ids up to this one.
    ///
    /// @param id at most one page beyond what there was room for
    void reach(int id) {
        int page = id >>> SHIFT;
        if (page == pages.length) {
            pages = Arrays.copyOf(pages, page + 1);
            pages[page] = new int[PAGE * stride];
            return;
        }
        int[] records = pages[page];
        if (offset(id) >= records.length) {
            // Only the first page begins smaller than it may become.
            pages[page] = Arrays.copyOf(records, records.length * 2);
        }
    }
}
