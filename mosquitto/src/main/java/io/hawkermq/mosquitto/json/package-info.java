/// JSON as a tree of immutable values, for the files and messages of dynamic security.
@NullMarked
package io.hawkermq.mosquitto.json;

import org.jspecify.annotations.NullMarked;
