package io.hawkermq.broker;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// What a log line begins with.
interface LogTime {
    /// @param seconds since the epoch
    String prefix(long seconds);

    /// `1700000000: `
    LogTime SECONDS = seconds -> seconds + ": ";

    /// `log_timestamp false`
    LogTime NONE = seconds -> "";

    /// `log_timestamp_format`: local time, with the conversions of C's strftime in the C locale. One
    /// that there is not stays as it is.
    static LogTime strftime(String format) {
        ZoneId zone = ZoneId.systemDefault();
        return seconds ->
                formatted(format, ZonedDateTime.ofInstant(Instant.ofEpochSecond(seconds), zone))
                        + ": ";
    }

    /// @param format as of strftime
    static String formatted(String format, ZonedDateTime time) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c == '%' && i + 1 < format.length()) {
                text.append(converted(format.charAt(++i), time));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String converted(char conversion, ZonedDateTime time) {
        return switch (conversion) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 's' -> Long.toString(time.toEpochSecond());
            case 'C' -> number("%02d", time.getYear() / 100);
            case 'e' -> number("%2d", time.getDayOfMonth());
            case 'k' -> number("%2d", time.getHour());
            case 'l' -> number("%2d", time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'G' -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR));
            case 'V' -> number("%02d", time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'P' -> pattern("a", time).toLowerCase(Locale.ROOT);
            case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'c' -> formatted("%a %b %e %H:%M:%S %Y", time);
            case 'D', 'x' -> formatted("%m/%d/%y", time);
            case 'r' -> formatted("%I:%M:%S %p", time);
            default -> {
                String letters = letters(conversion);
                yield letters.isEmpty() ? "%" + conversion : pattern(letters, time);
            }
        };
    }

    /// In the digits of the C locale, whatever those of the Java machine's are.
    private static String number(String format, int number) {
        return String.format(Locale.ROOT, format, number);
    }

    private static String letters(char conversion) {
        return switch (conversion) {
            case 'Y' -> "uuuu";
            case 'y' -> "uu";
            case 'm' -> "MM";
            case 'd' -> "dd";
            case 'j' -> "DDD";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'M' -> "mm";
            case 'S' -> "ss";
            case 'p' -> "a";
            case 'z' -> "xx";
            case 'Z' -> "zzz";
            case 'F' -> "uuuu-MM-dd";
            case 'T', 'X' -> "HH:mm:ss";
            case 'R' -> "HH:mm";
            default -> "";
        };
    }

    private static String pattern(String letters, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(letters, Locale.ENGLISH).format(time);
    }
}
