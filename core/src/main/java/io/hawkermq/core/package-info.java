/// Sessions, routing, retained messages and wills: deterministic, driven from outside. Time,
/// randomness and I/O come in as arguments, so that the whole of it can be simulated from a seed.
@NullMarked
package io.hawkermq.core;

import org.jspecify.annotations.NullMarked;
