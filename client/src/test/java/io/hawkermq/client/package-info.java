@NullMarked
package io.hawkermq.client;

import org.jspecify.annotations.NullMarked;
