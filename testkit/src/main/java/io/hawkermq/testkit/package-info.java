/// A broker for the tests of programs that speak MQTT: [HawkerBroker]. It is Hawker itself, in
/// memory and in the JVM of the test, so it needs the Java that Hawker needs, 25; what connects to
/// it may be anything.
@NullMarked
package io.hawkermq.testkit;

import org.jspecify.annotations.NullMarked;
