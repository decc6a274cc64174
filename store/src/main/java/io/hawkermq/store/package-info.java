/// The durable [io.hawkermq.core.Store] on an embedded engine: group commit, recovery, backup.
@NullMarked
package io.hawkermq.store;

import org.jspecify.annotations.NullMarked;
