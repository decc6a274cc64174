package io.hawkermq.mosquitto.dynsec;

import org.jspecify.annotations.Nullable;

/// What an ACL of a role is about. The order is that of the file.
public enum AclType {
    PUBLISH_CLIENT_SEND("publishClientSend"),
    PUBLISH_CLIENT_RECEIVE("publishClientReceive"),
    SUBSCRIBE_LITERAL("subscribeLiteral"),
    SUBSCRIBE_PATTERN("subscribePattern"),
    UNSUBSCRIBE_LITERAL("unsubscribeLiteral"),
    UNSUBSCRIBE_PATTERN("unsubscribePattern");

    private final String key;

    AclType(String key) {
        this.key = key;
    }

    /// Its name in JSON.
    public String key() {
        return key;
    }

    static @Nullable AclType of(String key) {
        for (AclType type : values()) {
            if (type.key.equalsIgnoreCase(key)) {
                return type;
            }
        }
        return null;
    }
}
