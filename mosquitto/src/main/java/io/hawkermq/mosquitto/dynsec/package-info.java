/// Dynamic security as Mosquitto's plugin of that name has it: the model of clients, groups and
/// roles, the file that it is kept in, the commands that change it and the rules compiled from it.
@NullMarked
package io.hawkermq.mosquitto.dynsec;

import org.jspecify.annotations.NullMarked;
