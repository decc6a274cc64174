package io.hawkermq.broker.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The blocks of a PEM file (RFC 7468, and the header lines of RFC 1421 that old encrypted keys
/// have). What stands between blocks is ignored, as OpenSSL writes and reads it.
final class Pem {
    /// The largest file that is read, in bytes; a bundle of all public authorities is below 1 MB,
    /// large revocation lists take some.
    static final int LARGEST_FILE = 64 << 20;

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /// @param label as in `BEGIN label`
    /// @param headers lines `Name: value` before the content
    record Block(String label, Map<String, String> headers, byte[] content) {}

    private Pem() {}

    /// @throws TransportException if the file cannot be read, or a block in it is broken
    static List<Block> read(Path file) throws TransportException {
        try {
            return blocks(file.toString(), text(file));
        } catch (NoSuchFileException e) {
            throw new TransportException("the file " + file + " does not exist");
        } catch (AccessDeniedException e) {
            throw new TransportException(
                    "the file "
                            + file
                            + " may not be read by this user; change its owner or its permissions");
        } catch (IOException e) {
            throw new TransportException("the file " + file + " cannot be read", e);
        }
    }

    private static String text(Path file) throws IOException, TransportException {
        if (Files.isDirectory(file)) {
            throw new TransportException(file + " is a directory, a file is needed");
        }
        if (Files.size(file) > LARGEST_FILE) {
            throw new TransportException(
                    "the file " + file + " is larger than " + (LARGEST_FILE >> 20) + " MiB");
        }
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    }

    /// @param name for messages
    static List<Block> blocks(String name, String text) throws TransportException {
        List<Block> blocks = new ArrayList<>();
        String label = null;
        Map<String, String> headers = new LinkedHashMap<>();
        StringBuilder content = new StringBuilder();
        int number = 0;
        for (String raw : text.split("\r\n|\n|\r", -1)) {
            number++;
            String line = raw.strip();
            if (label == null) {
                if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
                    label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                    headers = new LinkedHashMap<>();
                    content.setLength(0);
                }
            } else if (line.equals(END + label + DASHES)) {
                blocks.add(new Block(label, headers, decoded(content, name, number)));
                label = null;
            } else if (line.startsWith(DASHES)) {
                throw new TransportException(
                        name + " line " + number + ": the block '" + label + "' does not end");
            } else if (content.isEmpty() && line.indexOf(':') > 0) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            } else {
                content.append(line);
            }
        }
        if (label != null) {
            throw new TransportException(name + ": the block '" + label + "' does not end");
        }
        return blocks;
    }

    private static byte[] decoded(StringBuilder content, String name, int line)
            throws TransportException {
        try {
            return Base64.getDecoder().decode(content.toString());
        } catch (IllegalArgumentException e) {
            throw new TransportException(
                    name + ": the block that ends at line " + line + " is no Base64", e);
        }
    }
}
