/// `hawker bench`: a load generator for any MQTT broker.
///
/// [LoadCommand] reads the words and runs a [Plan], one class for each kind of scenario, on the one
/// thread of a [LoadLoop]. [LoadConnection] is one client's connection, whose [Duty] says what it is
/// there for. [LoadReport] says what came of it.
@NullMarked
package io.hawkermq.cli.load;

import org.jspecify.annotations.NullMarked;
