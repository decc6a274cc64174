@NullMarked
package io.hawkermq.cli;

import org.jspecify.annotations.NullMarked;
