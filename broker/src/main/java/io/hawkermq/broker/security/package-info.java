/// Who may connect: implementations of the core's `AccessControl`.
@NullMarked
package io.hawkermq.broker.security;

import org.jspecify.annotations.NullMarked;
