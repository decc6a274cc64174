package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hawkermq.protocol.PacketType;
import io.hawkermq.protocol.ReasonCode;
import io.hawkermq.testkit.Direction;
import io.hawkermq.testkit.Fault;
import io.hawkermq.testkit.HawkerBroker;
import io.hawkermq.testkit.HawkerExtension;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(HawkerExtension.class)
class ThermostatTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    @Test
    void asksForHeatWhenItIsCold(HawkerBroker broker) throws Exception {
        try (var _ = new Thermostat(broker.host(), broker.port())) {
            broker.awaitSubscription("room/temperature", SOON);
            broker.publish("room/temperature", "18.5");

            assertEquals("on", broker.awaitMessage("room/heating", SOON).text());
        }
    }

    @Test
    void triesAgainWhenTheBrokerIsBusy(HawkerBroker broker) throws Exception {
        broker.inject(Fault.refuse(ReasonCode.SERVER_BUSY).times(2));
        try (var thermostat = new Thermostat(broker.host(), broker.port())) {
            broker.awaitClient("thermostat", SOON);

            assertEquals(3, thermostat.attempts());
        }
    }

    @Test
    void saysItAgainIfTheConnectionIsCutInTheMidstOfTheAnswer(HawkerBroker broker)
            throws Exception {
        broker.publishRetained("room/temperature", "17");
        broker.inject(Fault.cutAt(PacketType.PUBACK, 3).to(Direction.TO_CLIENT).times(1));
        try (var thermostat = new Thermostat(broker.host(), broker.port())) {
            broker.awaitMessages("room/heating", 2, SOON);

            assertEquals(2, thermostat.attempts());
        }
    }
}
