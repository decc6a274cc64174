/// Clients that others wrote, unmodified, against a running broker. `it/install-foreign-clients`
/// installs them; where one is missing its tests are skipped, and fail in CI.
@NullMarked
package io.hawkermq.it.foreign;

import org.jspecify.annotations.NullMarked;
