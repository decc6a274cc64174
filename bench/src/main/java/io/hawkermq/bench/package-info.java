/// Microbenchmarks and measurements by hand; nothing here is part of a build's verdict.
@NullMarked
package io.hawkermq.bench;

import org.jspecify.annotations.NullMarked;
