/// A reader of Mosquitto's persistence file: what it holds as records, in the specification's terms.
@NullMarked
package io.hawkermq.mosquitto.database;

import org.jspecify.annotations.NullMarked;
