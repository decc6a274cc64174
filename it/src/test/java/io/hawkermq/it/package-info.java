/// Black-box tests of the broker. What checks the protocol here builds and reads its bytes itself
/// ([io.hawkermq.it.Wire], [io.hawkermq.it.Reply]), so that a mistake in the product's own codec
/// cannot hide behind the same mistake in its test.
@NullMarked
package io.hawkermq.it;

import org.jspecify.annotations.NullMarked;
