@NullMarked
package io.hawkermq.testkit;

import org.jspecify.annotations.NullMarked;
