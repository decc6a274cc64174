/// The numbered rules of MQTT 5.0 shown to hold on a running broker, grouped by what they are
/// about, and the matrix of rules and tests that is kept from them.
@NullMarked
package io.hawkermq.it.conformance;

import org.jspecify.annotations.NullMarked;
