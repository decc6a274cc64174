package io.hawkermq.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.ProtocolVersion;
import io.hawkermq.protocol.PublishTemplates;
import io.hawkermq.protocol.QoS;
import io.hawkermq.protocol.TopicName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;

class SharedBytesTest {
    private final SharedBytes shared = new SharedBytes(UnpooledByteBufAllocator.DEFAULT);
    private final PublishTemplates templates = new PublishTemplates();

    private PublishTemplates.Template packet(int payload) {
        templates.reset(TopicName.of("t"), Properties.NONE, new byte[payload]);
        return templates.template(
                ProtocolVersion.MQTT_3_1_1, QoS.AT_MOST_ONCE, PublishTemplates.Retain.OFF);
    }

    @Test
    void whoAsksFirstMayBeTheOnlyOne() {
        assertEquals(-1, shared.place(packet(100)));
        assertEquals(-1, shared.place(packet(100)));
    }

    @Test
    void allOthersFindOnePlaceAndTheNextPacketIsBehindIt() {
        PublishTemplates.Template one = packet(100);
        shared.place(one);
        assertEquals(0, shared.place(one));
        assertEquals(0, shared.place(one));
        PublishTemplates.Template next = packet(50);
        shared.place(next);
        assertEquals(105, shared.place(next));
        assertEquals(105 + 55, shared.buffer().writerIndex());
    }

    @Test
    void aLargePacketIsNotShared() {
        PublishTemplates.Template large = packet(OutboundBuffer.LARGEST / 2);
        shared.place(large);
        assertEquals(-1, shared.place(large));
    }

    @Test
    void afterAFullBufferComesAnotherAndBothLastUntilTheTurnEnds() {
        PublishTemplates.Template first = packet(OutboundBuffer.LARGEST / 2 - 100);
        shared.place(first);
        shared.place(first);
        ByteBuf full = shared.buffer();
        for (int i = 0; i < 2; i++) {
            PublishTemplates.Template next = packet(OutboundBuffer.LARGEST / 2 - 100);
            shared.place(next);
            shared.place(next);
        }
        assertNotSame(full, shared.buffer());
        assertEquals(1, full.refCnt());
        ByteBuf last = shared.buffer();
        shared.reset();
        assertEquals(0, full.refCnt());
        assertEquals(1, last.refCnt());
        last.release();
    }

    @Test
    void whatSomebodyKeepsIsNotWrittenOver() {
        PublishTemplates.Template one = packet(100);
        shared.place(one);
        shared.place(one);
        ByteBuf kept = shared.buffer().retain();
        shared.reset();
        shared.place(one);
        assertEquals(0, shared.place(one));
        assertNotSame(kept, shared.buffer());
        kept.release();
        ByteBuf again = shared.buffer();
        shared.reset();
        shared.place(one);
        shared.place(one);
        assertSame(again, shared.buffer());
        again.release();
    }
}
