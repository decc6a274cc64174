package io.hawkermq.broker;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.parallel.Isolated;

/// Tests that close a socket and listen there again, or expect others to: never beside tests that
/// start processes, each of which has all of this one's open sockets for a moment.
@Isolated
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@interface TakesAgainWhatItFreed {}
