/// The whole core under simulation: see [Simulation].
@NullMarked
package io.hawkermq.core.simulation;

import org.jspecify.annotations.NullMarked;
