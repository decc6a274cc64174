package io.hawkermq.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads JSON from bytes, a character each. As lenient as Mosquitto's tools: any control character
/// is white space.
final class JsonReader {
    private static final int DEEPEST = 1_000;

    static final class SyntaxException extends Exception {
        private static final long serialVersionUID = 1L;

        SyntaxException() {
            super(null, null, false, false);
        }
    }

    private final String text;
    private int at;
    private int depth;

    JsonReader(String text) {
        this.text = text;
    }

    Json whole() throws SyntaxException {
        if (text.startsWith("\u00ef\u00bb\u00bf")) {
            at = 3;
        }
        Json value = value();
        blank();
        if (at < text.length()) {
            throw new SyntaxException();
        }
        return value;
    }

    private void blank() {
        while (at < text.length() && text.charAt(at) <= ' ') {
            at++;
        }
    }

    private char peek() throws SyntaxException {
        if (at >= text.length()) {
            throw new SyntaxException();
        }
        return text.charAt(at);
    }

    private Json value() throws SyntaxException {
        blank();
        char c = peek();
        if (c == '{') {
            return object();
        }
        if (c == '[') {
            return array();
        }
        if (c == '"') {
            return new Json.Text(string());
        }
        if (c == '-' || c >= '0' && c <= '9') {
            return number();
        }
        if (text.startsWith("true", at)) {
            at += 4;
            return new Json.Truth(true);
        }
        if (text.startsWith("false", at)) {
            at += 5;
            return new Json.Truth(false);
        }
        if (text.startsWith("null", at)) {
            at += 4;
            return new Json.Null();
        }
        throw new SyntaxException();
    }

    private void enter() throws SyntaxException {
        if (++depth > DEEPEST) {
            throw new SyntaxException();
        }
        at++;
        blank();
    }

    private Json object() throws SyntaxException {
        enter();
        Json.Obj object = new Json.Obj();
        if (peek() != '}') {
            do {
                blank();
                if (peek() != '"') {
                    throw new SyntaxException();
                }
                String name = string();
                blank();
                if (peek() != ':') {
                    throw new SyntaxException();
                }
                at++;
                object.with(name, value());
            } while (isFollowedByComma());
        }
        leave('}');
        return object;
    }

    private Json array() throws SyntaxException {
        enter();
        List<Json> elements = new ArrayList<>();
        if (peek() != ']') {
            do {
                elements.add(value());
            } while (isFollowedByComma());
        }
        leave(']');
        return new Json.Array(elements);
    }

    private boolean isFollowedByComma() throws SyntaxException {
        blank();
        if (peek() != ',') {
            return false;
        }
        at++;
        return true;
    }

    private void leave(char end) throws SyntaxException {
        if (peek() != end) {
            throw new SyntaxException();
        }
        at++;
        depth--;
    }

    private Json number() throws SyntaxException {
        int from = at;
        while (at < text.length() && "0123456789+-eE.".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return new Json.Num(Double.parseDouble(text.substring(from, at)));
        } catch (NumberFormatException e) {
            throw new SyntaxException();
        }
    }

    private String string() throws SyntaxException {
        at++;
        StringBuilder s = new StringBuilder();
        while (peek() != '"') {
            char c = text.charAt(at++);
            s.append(c == '\\' ? escape() : String.valueOf(c));
        }
        at++;
        return s.toString();
    }

    private String escape() throws SyntaxException {
        char c = peek();
        at++;
        return switch (c) {
            case 'b' -> "\b";
            case 'f' -> "\f";
            case 'n' -> "\n";
            case 'r' -> "\r";
            case 't' -> "\t";
            case '"', '\\', '/' -> String.valueOf(c);
            case 'u' -> unicode();
            default -> throw new SyntaxException();
        };
    }

    private String unicode() throws SyntaxException {
        int first = hex4();
        if (first >= 0xDC00 && first <= 0xDFFF) {
            throw new SyntaxException();
        }
        String utf16 = String.valueOf((char) first);
        if (first >= 0xD800 && first <= 0xDBFF) {
            if (!text.startsWith("\\u", at)) {
                throw new SyntaxException();
            }
            at += 2;
            int second = hex4();
            if (second < 0xDC00 || second > 0xDFFF) {
                throw new SyntaxException();
            }
            utf16 += (char) second;
        }
        return new String(utf16.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    private int hex4() throws SyntaxException {
        if (at + 4 > text.length()) {
            throw new SyntaxException();
        }
        try {
            int value = Integer.parseInt(text.substring(at, at + 4), 16);
            at += 4;
            return value;
        } catch (NumberFormatException e) {
            throw new SyntaxException();
        }
    }
}
