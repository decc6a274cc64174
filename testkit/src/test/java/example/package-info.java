/// What docs/testkit.md shows, and what it needs to run.
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
