package io.hawkermq.core;

import io.hawkermq.protocol.PublishTemplates;
import org.jspecify.annotations.Nullable;

/// The encoded forms of the messages that were sent last in this turn.
///
/// A message that comes is asked for by all its subscribers on end, and by nobody afterwards: one
/// place serves all such messages, so that its bytes stay in the processor's nearest cache. If it
/// waits in queues instead, each session sends a *row* of messages when its acknowledgements have
/// come, and the next session mostly the same row: so rows have places of their own, and the one
/// behind the last that was found is looked at first.
final class Encodings {
    /// A few times what one session sends on end.
    private static final int MOST = 64;

    /// Where the message is that was sent as it came.
    private final PublishTemplates live = new PublishTemplates();

    private @Nullable Message liveMessage;

    private final @Nullable Message[] messages = new @Nullable Message[MOST];
    private final @Nullable PublishTemplates[] templates = new @Nullable PublishTemplates[MOST];
    private int made;
    private int at;
    private boolean isRow;
    private boolean isSearchWorthwhile;

    /// A session begins to send what has waited, until [#endRow].
    void beginRow() {
        isRow = true;
        isSearchWorthwhile = true;
    }

    void endRow() {
        isRow = false;
    }

    /// The encoded forms of a message; valid until the next call.
    @SuppressWarnings("ReferenceEquality") // the same message, not one that says the same
    PublishTemplates of(Message message) {
        if (isRow) {
            return ofRow(message);
        }
        if (liveMessage != message) {
            liveMessage = message;
            live.reset(message.topic(), message.properties(), message.payload());
        }
        return live;
    }

    @SuppressWarnings("ReferenceEquality")
    private PublishTemplates ofRow(Message message) {
        if (messages[at] != message) {
            int next = (at + 1) % MOST;
            at = messages[next] == message ? next : elsewhere(message);
        }
        return templatesAt(at);
    }

    private PublishTemplates templatesAt(int place) {
        PublishTemplates t = templates[place];
        if (t == null) {
            t = new PublishTemplates();
            templates[place] = t;
        }
        return t;
    }

    @SuppressWarnings("ReferenceEquality")
    private int elsewhere(Message message) {
        if (isSearchWorthwhile) {
            isSearchWorthwhile = false;
            for (int i = Math.min(made, MOST) - 1; i >= 0; i--) {
                if (messages[i] == message) {
                    return i;
                }
            }
        }
        int place = made++ % MOST;
        messages[place] = message;
        templatesAt(place).reset(message.topic(), message.properties(), message.payload());
        return place;
    }

    /// The end of the turn: lets go of all messages.
    void clear() {
        liveMessage = null;
        live.clear();
        for (int i = Math.min(made, MOST) - 1; i >= 0; i--) {
            messages[i] = null;
            templatesAt(i).clear();
        }
        made = 0;
        at = 0;
    }
}
