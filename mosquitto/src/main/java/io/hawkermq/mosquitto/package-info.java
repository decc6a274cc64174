/// Readers for Mosquitto's files, and the one table of its options.
///
/// [ConfigurationReader] turns mosquitto.conf into a [Configuration]; [Options] is the table that
/// drives it, the checks, the documentation and the messages. Nothing here opens a socket, resolves
/// a name or looks into the files that the configuration names.
@NullMarked
package io.hawkermq.mosquitto;

import org.jspecify.annotations.NullMarked;
