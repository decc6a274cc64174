package io.hawkermq.broker.transport;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a header of the PROXY protocol, version 1 or 2, as far as it has come. Knows TLVs of TLS
/// and skips all others.
final class ProxyHeader {
    /// With its line end.
    static final int LONGEST_V1 = 107;

    /// The fixed part, and more addresses and TLVs than any proxy sends.
    static final int LONGEST_V2 = 16 + 4_096;

    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
    };
    private static final byte[] PROXY = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final int FIXED = 16;
    private static final int UNIX_PATH = 108;
    private static final int TLV_TLS = 0x20;
    private static final int TLV_TLS_VERSION = 0x21;
    private static final int TLV_COMMON_NAME = 0x22;
    private static final int TLV_CIPHER = 0x23;
    private static final int CLIENT_TLS = 0x01;
    private static final int CLIENT_CERTIFICATE = 0x04;

    sealed interface Result {}

    /// More bytes are needed.
    record Incomplete() implements Result {}

    /// It cannot become a header any more.
    record Corrupt() implements Result {}

    /// A connection of the proxy itself: it looks whether the broker is alive.
    record Local() implements Result {}

    /// @param length bytes that the header takes
    /// @param source the client's address and port, null if the proxy does not know them
    /// @param tls between client and proxy, null if there is none
    record Complete(int length, @Nullable String source, @Nullable ClientTls tls)
            implements Result {}

    /// @param isVerified true if the client showed a valid certificate
    /// @param commonName of that certificate, as the proxy says
    /// @param version of TLS, as the proxy says
    /// @param cipher suite, as the proxy says
    record ClientTls(
            boolean isVerified,
            @Nullable String commonName,
            @Nullable String version,
            @Nullable String cipher) {}

    private ProxyHeader() {}

    /// @param length how many of the bytes have come
    static Result parse(byte[] bytes, int length, ProxyOptions.Version version) {
        if (version != ProxyOptions.Version.V1 && begins(bytes, length, SIGNATURE)) {
            return length < FIXED ? new Incomplete() : version2(bytes, length);
        }
        if (version != ProxyOptions.Version.V2 && begins(bytes, length, PROXY)) {
            return version1(bytes, length);
        }
        return new Corrupt();
    }

    private static boolean begins(byte[] bytes, int length, byte[] prefix) {
        int count = Math.min(length, prefix.length);
        return Arrays.equals(bytes, 0, count, prefix, 0, count);
    }

    // ---- version 1: a line of text ----

    private static Result version1(byte[] bytes, int length) {
        int end = 0;
        while (end < length && bytes[end] != '\n') {
            end++;
        }
        if (end == length) {
            return length < LONGEST_V1 ? new Incomplete() : new Corrupt();
        }
        if (end >= LONGEST_V1 || bytes[end - 1] != '\r') {
            return new Corrupt();
        }
        String line = new String(bytes, 0, end - 1, StandardCharsets.ISO_8859_1);
        if (line.equals("PROXY UNKNOWN") || line.startsWith("PROXY UNKNOWN ")) {
            return new Complete(end + 1, null, null);
        }
        String[] words = line.split(" ", -1);
        boolean isValid =
                words.length == 6
                        && switch (words[1]) {
                            case "TCP4" ->
                                    NetUtil.isValidIpV4Address(words[2])
                                            && NetUtil.isValidIpV4Address(words[3]);
                            case "TCP6" -> isIpv6(words[2]) && isIpv6(words[3]);
                            default -> false;
                        }
                        && isPort(words[4])
                        && isPort(words[5]);
        return isValid ? new Complete(end + 1, words[2] + ":" + words[4], null) : new Corrupt();
    }

    private static boolean isIpv6(String text) {
        return text.matches("[0-9A-Fa-f:.]+") && NetUtil.isValidIpV6Address(text);
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}")
                && Integer.parseInt(text) >= 1
                && Integer.parseInt(text) <= 65_535;
    }

    // ---- version 2: binary ----

    private static Result version2(byte[] bytes, int length) {
        int versionAndCommand = bytes[12] & 0xFF;
        int family = bytes[13] & 0xFF;
        int end = FIXED + number(bytes, 14);
        if (versionAndCommand >> 4 != 2 || (versionAndCommand & 0xF) > 1 || end > LONGEST_V2) {
            return new Corrupt();
        }
        boolean isLocal = (versionAndCommand & 0xF) == 0;
        if (!isLocal && family != 0x11 && family != 0x21 && family != 0x31) {
            return new Corrupt();
        }
        if (length < end) {
            return new Incomplete();
        }
        if (isLocal) {
            return new Local();
        }
        int addresses =
                switch (family) {
                    case 0x11 -> 12;
                    case 0x21 -> 36;
                    default -> Math.min(2 * UNIX_PATH, end - FIXED);
                };
        if (addresses == 0 || FIXED + addresses > end) {
            return new Corrupt();
        }
        String source =
                switch (family) {
                    case 0x11 -> address(bytes, 4) + ":" + number(bytes, FIXED + 8);
                    case 0x21 -> address(bytes, 16) + ":" + number(bytes, FIXED + 32);
                    default -> path(bytes, Math.min(UNIX_PATH, addresses)) + ":0";
                };
        Tlvs tlvs = new Tlvs(bytes, FIXED + addresses, end);
        return tlvs.read() ? new Complete(end, source, tlvs.tls) : new Corrupt();
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private static String address(byte[] bytes, int count) {
        try {
            byte[] address = Arrays.copyOfRange(bytes, FIXED, FIXED + count);
            return NetUtil.toAddressString(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of the right length", e);
        }
    }

    private static String path(byte[] bytes, int most) {
        int count = 0;
        while (count < most && bytes[FIXED + count] != 0) {
            count++;
        }
        return new String(bytes, FIXED, count, StandardCharsets.UTF_8);
    }

    /// Type, two bytes of length, value; in the value of [#TLV_TLS] after five bytes the same again.
    private static final class Tlvs {
        private final byte[] bytes;
        private final int begin;
        private final int end;
        private @Nullable ClientTls tls;

        Tlvs(byte[] bytes, int begin, int end) {
            this.bytes = bytes;
            this.begin = begin;
            this.end = end;
        }

        /// @return false if one is cut off
        boolean read() {
            int at = begin;
            while (at < end) {
                int value = at + 3;
                if (value > end || value + number(bytes, at + 1) > end) {
                    return false;
                }
                int next = value + number(bytes, at + 1);
                if (bytes[at] == TLV_TLS && !readTls(value, next)) {
                    return false;
                }
                at = next;
            }
            return true;
        }

        private boolean readTls(int from, int to) {
            if (to - from < 5) {
                return false;
            }
            int client = bytes[from];
            boolean isValid =
                    (bytes[from + 1] | bytes[from + 2] | bytes[from + 3] | bytes[from + 4]) == 0;
            String commonName = null;
            String version = null;
            String cipher = null;
            int at = from + 5;
            while (at < to) {
                int value = at + 3;
                if (value > to || value + number(bytes, at + 1) > to) {
                    return false;
                }
                int next = value + number(bytes, at + 1);
                String text = new String(bytes, value, next - value, StandardCharsets.UTF_8);
                switch (bytes[at]) {
                    case TLV_TLS_VERSION -> version = text;
                    case TLV_COMMON_NAME -> commonName = text;
                    case TLV_CIPHER -> cipher = text;
                    default -> {}
                }
                at = next;
            }
            if ((client & CLIENT_TLS) != 0) {
                boolean isVerified = isValid && (client & CLIENT_CERTIFICATE) != 0;
                tls = new ClientTls(isVerified, commonName, version, cipher);
            }
            return true;
        }
    }
}
