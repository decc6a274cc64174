/// Scenarios as text: see [ScenarioTest].
@NullMarked
package io.hawkermq.core.scenario;

import org.jspecify.annotations.NullMarked;
