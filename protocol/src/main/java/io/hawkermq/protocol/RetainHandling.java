package io.hawkermq.protocol;

/// When a SUBSCRIBE asks for the retained messages of its Topic Filter; ordinals as on the wire.
public enum RetainHandling {
    SEND,
    SEND_IF_NEW,
    DO_NOT_SEND;

    private static final RetainHandling[] ALL = values();

    /// @param value 0, 1 or 2
    public static RetainHandling of(int value) {
        return ALL[value];
    }
}
