package io.hawkermq.core.simulation;

import org.jspecify.annotations.Nullable;

/// Something that a client may get, or must get, once.
abstract class Slot {
    private @Nullable Receipt receipt;
    private boolean isDoubtful;

    /// What the client got that is explained by this; null if nothing is.
    @Nullable Receipt receipt() {
        return receipt;
    }

    void receipt(Receipt by) {
        receipt = by;
    }

    /// The client got something that may have been this, or something else that looks the same.
    void doubt() {
        isDoubtful = true;
    }

    /// False if the client certainly did not get it.
    boolean mayBeReceived() {
        return receipt != null || isDoubtful;
    }
}
