package io.hawkermq.core.simulation;

import java.util.List;
import java.util.Set;

/// A PUBLISH that a client got, with all that explains it: one of them it was.
///
/// @param slots the likeliest first
record Receipt(List<Slot> slots) {
    /// Takes a free slot; if all are taken, looks whether what took one is explained by another.
    ///
    /// @param tried slots that need not be looked at again
    /// @return false if nothing explains all receipts together
    boolean assign(Set<Slot> tried) {
        for (Slot slot : slots) {
            if (!tried.add(slot)) {
                continue;
            }
            Receipt earlier = slot.receipt();
            if (earlier == null || earlier.assign(tried)) {
                slot.receipt(this);
                if (slots.size() > 1) {
                    slots.forEach(Slot::doubt);
                }
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
