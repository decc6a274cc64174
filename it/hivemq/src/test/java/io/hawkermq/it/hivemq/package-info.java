/// Hawker's Java client against HiveMQ CE.
@NullMarked
package io.hawkermq.it.hivemq;

import org.jspecify.annotations.NullMarked;
