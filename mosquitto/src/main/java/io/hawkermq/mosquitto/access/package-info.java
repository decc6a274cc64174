/// Readers for the files that say who may connect and do what: passwords, access control lists and
/// pre-shared keys. What they make is immutable and may be used by any thread.
@NullMarked
package io.hawkermq.mosquitto.access;

import org.jspecify.annotations.NullMarked;
