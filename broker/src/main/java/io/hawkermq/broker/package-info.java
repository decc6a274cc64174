/// The process: transports, wiring, `$SYS`.
@NullMarked
package io.hawkermq.broker;

import org.jspecify.annotations.NullMarked;
