/// The tools of the command line: `pub`, `sub`, `rr`, `passwd` and `ctrl`, under Hawker's
/// name and under Mosquitto's.
///
/// [io.hawkermq.cli.Main] picks one, each is a class with a `run` that returns the exit status.
/// Nothing here knows the broker; the launcher is where the two meet.
@NullMarked
package io.hawkermq.cli;

import org.jspecify.annotations.NullMarked;
