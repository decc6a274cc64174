package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The expected texts are what `LC_ALL=C date +FORMAT` prints.
class LogTimeTest {
    private static final ZonedDateTime TIME =
            ZonedDateTime.of(2026, 3, 5, 17, 4, 9, 0, ZoneId.of("Europe/Berlin"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    %Y-%m-%dT%H:%M:%S | 2026-03-05T17:04:09
                    %F %T%z           | 2026-03-05 17:04:09+0100
                    %a %b %e %l %k    | Thu Mar  5  5 17
                    %A, %d. %B %y     | Thursday, 05. March 26
                    %I:%M:%S %p %P    | 05:04:09 PM pm
                    %c                | Thu Mar  5 17:04:09 2026
                    %D %R %r          | 03/05/26 17:04 05:04:09 PM
                    %j %u %w %G-W%V   | 064 4 4 2026-W10
                    %C %s %Z          | 20 1772726649 CET
                    100%% %Q %        | 100% %Q %
                    """)
    void conversionsOfStrftime(String format, String expected) {
        assertEquals(expected, LogTime.formatted(format, TIME));
    }

    @Test
    void digitsAreThoseOfTheCLocale() {
        Locale before = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.Category.FORMAT, Locale.forLanguageTag("ar-EG"));
        try {
            assertEquals("20  5 17  5 10 05", LogTime.formatted("%C %e %k %l %V %d", TIME));
        } finally {
            Locale.setDefault(Locale.Category.FORMAT, before);
        }
    }

    @Test
    void secondsAndNothing() {
        assertEquals("1700000000: ", LogTime.SECONDS.prefix(1_700_000_000));
        assertEquals("", LogTime.NONE.prefix(1_700_000_000));
        assertEquals("x: ", LogTime.strftime("x").prefix(0));
    }
}
