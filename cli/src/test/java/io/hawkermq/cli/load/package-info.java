@NullMarked
package io.hawkermq.cli.load;

import org.jspecify.annotations.NullMarked;
