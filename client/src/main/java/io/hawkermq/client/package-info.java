/// The Java client for MQTT 3.1.1 and 5.0: [MqttClient], and [Mqtt] for scripts.
///
/// Blocking calls are made for virtual threads; every one of them can be interrupted and ends by a
/// `Duration`. What goes wrong is an [MqttException], unchecked, of a type that says what. Time
/// spans are `java.time.Duration`; payloads are byte arrays that are not copied, so callers leave
/// them as they are once they are given away.
@NullMarked
package io.hawkermq.client;

import org.jspecify.annotations.NullMarked;
