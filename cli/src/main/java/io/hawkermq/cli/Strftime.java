package io.hawkermq.cli;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// The conversions of C's `strftime` in its own locale, and `N` for nanoseconds.
final class Strftime {
    private Strftime() {}

    static String print(char letter, ZonedDateTime t) {
        return switch (letter) {
            case '@' -> "@";
            case 'N' -> padded(t.getNano(), 9);
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'a' -> t.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ROOT);
            case 'A' -> t.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'b', 'h' -> t.getMonth().getDisplayName(TextStyle.SHORT, Locale.ROOT);
            case 'B' -> t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' -> all("a b e T Y", t);
            case 'D', 'x' -> print('m', t) + "/" + print('d', t) + "/" + print('y', t);
            case 'F' -> print('Y', t) + "-" + print('m', t) + "-" + print('d', t);
            case 'r' ->
                    print('I', t) + ":" + print('M', t) + ":" + print('S', t) + " " + print('p', t);
            case 'R' -> print('H', t) + ":" + print('M', t);
            case 'T', 'X' -> print('R', t) + ":" + print('S', t);
            default -> number(letter, t);
        };
    }

    private static String all(String letters, ZonedDateTime t) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) {
            char c = letters.charAt(i);
            s.append(c == ' ' ? " " : print(c, t));
        }
        return s.toString();
    }

    private static String number(char letter, ZonedDateTime t) {
        int hour12 = t.get(ChronoField.CLOCK_HOUR_OF_AMPM);
        int weekday = t.getDayOfWeek().getValue();
        return switch (letter) {
            case 'C' -> padded(t.getYear() / 100, 2);
            case 'd' -> padded(t.getDayOfMonth(), 2);
            case 'e' -> blank(t.getDayOfMonth());
            case 'g' -> padded(t.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
            case 'G' -> Integer.toString(t.get(IsoFields.WEEK_BASED_YEAR));
            case 'H' -> padded(t.getHour(), 2);
            case 'I' -> padded(hour12, 2);
            case 'j' -> padded(t.getDayOfYear(), 3);
            case 'k' -> blank(t.getHour());
            case 'l' -> blank(hour12);
            case 'm' -> padded(t.getMonthValue(), 2);
            case 'M' -> padded(t.getMinute(), 2);
            case 'p' -> t.getHour() < 12 ? "AM" : "PM";
            case 'P' -> t.getHour() < 12 ? "am" : "pm";
            case 's' -> Long.toString(t.toEpochSecond());
            case 'S' -> padded(t.getSecond(), 2);
            case 'u' -> Integer.toString(weekday);
            case 'w' -> Integer.toString(weekday % 7);
            case 'U' -> padded((t.getDayOfYear() + 6 - weekday % 7) / 7, 2);
            case 'W' -> padded((t.getDayOfYear() + 6 - (weekday + 6) % 7) / 7, 2);
            case 'V' -> padded(t.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
            case 'y' -> padded(t.getYear() % 100, 2);
            case 'Y' -> Integer.toString(t.getYear());
            case 'z' -> zone(t);
            case 'Z' ->
                    t.getZone().getDisplayName(TextStyle.SHORT, Locale.ROOT).equals("Z")
                            ? "UTC"
                            : java.util.TimeZone.getTimeZone(t.getZone())
                                    .getDisplayName(
                                            t.getZone().getRules().isDaylightSavings(t.toInstant()),
                                            java.util.TimeZone.SHORT,
                                            Locale.ENGLISH);
            default -> "%" + letter;
        };
    }

    /// `2025-01-31T23:59:00+0100`.
    static String iso(ZonedDateTime t) {
        return print('F', t) + "T" + print('T', t) + zone(t);
    }

    /// The same with microseconds.
    static String isoWithMicroseconds(ZonedDateTime t) {
        return print('F', t) + "T" + print('T', t) + "." + padded(t.getNano() / 1_000, 6) + zone(t);
    }

    private static String zone(ZonedDateTime t) {
        int minutes = t.getOffset().getTotalSeconds() / 60;
        int size = Math.abs(minutes);
        return (minutes < 0 ? "-" : "+") + padded(size / 60, 2) + padded(size % 60, 2);
    }

    static String padded(int value, int width) {
        String digits = Integer.toString(value);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }

    private static String blank(int value) {
        return value < 10 ? " " + value : Integer.toString(value);
    }
}
