/// Kills a broker under load, again and again, and compares what it acknowledged with what arrives.
@NullMarked
package io.hawkermq.it.crash;

import org.jspecify.annotations.NullMarked;
