package io.hawkermq.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PropertiesTest {
    @Test
    void theFootprintIsThatOfAllEntries() {
        Properties properties =
                Properties.builder()
                        .add(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                        .add(Property.CONTENT_TYPE, "text/plain")
                        .add(Property.CORRELATION_DATA, new byte[1_000])
                        .user("name", "value")
                        .user("", "")
                        .build();
        assertEquals(5 * 64 + 10 + 1_000 + 9, properties.footprint());
        assertEquals(properties.footprint(), properties.footprint());
        assertEquals(4 * 64 + 19, properties.without(Property.CORRELATION_DATA).footprint());
        assertEquals(0, Properties.NONE.footprint());
    }
}
