/// Readers for Mosquitto's files, and the one table of its options.
@NullMarked
package io.hawkermq.mosquitto;

import org.jspecify.annotations.NullMarked;
