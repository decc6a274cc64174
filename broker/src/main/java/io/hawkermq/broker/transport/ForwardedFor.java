package io.hawkermq.broker.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The client's address in the headers that reverse proxies add. Each proxy appends whom it was
/// called by, and what stands before may have been made up by the client: so the last address that
/// is not one of the proxies' own network counts.
final class ForwardedFor {
    private ForwardedFor() {}

    /// @param forwarded the header Forwarded (RFC 7239), null if there is none
    /// @param xForwardedFor the header X-Forwarded-For, which counts if the other is missing
    /// @return an IP address, null if they name none
    static @Nullable String client(@Nullable String forwarded, @Nullable String xForwardedFor) {
        List<String> hops = new ArrayList<>();
        if (forwarded != null) {
            for (String element : forwarded.split(",")) {
                for (String pair : element.split(";")) {
                    String trimmed = pair.strip();
                    if (trimmed.toLowerCase(Locale.ROOT).startsWith("for=")) {
                        hops.add(trimmed.substring(4).replace("\"", ""));
                    }
                }
            }
        } else if (xForwardedFor != null) {
            hops.addAll(List.of(xForwardedFor.split(",")));
        }
        String first = null;
        for (String hop : hops.reversed()) {
            InetAddress address = address(hop.strip());
            if (address == null) {
                break; // behind something obscured nothing can be believed
            }
            first = NetUtil.toAddressString(address);
            if (!isNear(address)) {
                break;
            }
        }
        return first;
    }

    /// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
    private static @Nullable InetAddress address(String text) {
        String host = text;
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            host = end < 0 ? "" : host.substring(1, end);
        } else if (host.indexOf(':') == host.lastIndexOf(':') && host.indexOf(':') > 0) {
            host = host.substring(0, host.indexOf(':'));
        }
        byte[] bytes =
                host.matches("[0-9A-Fa-f:.]+")
                        ? NetUtil.createByteArrayFromIpAddressString(host)
                        : null;
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of the right length", e);
        }
    }

    /// True for an address of this machine or its own network, and for a Unix socket.
    static boolean isNear(@Nullable SocketAddress peer) {
        return !(peer instanceof InetSocketAddress inet) || isNear(inet.getAddress());
    }

    private static boolean isNear(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC;
        return address.isLoopbackAddress()
                || address.isSiteLocalAddress()
                || address.isLinkLocalAddress()
                || isUniqueLocal;
    }
}
