///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 25
//DEPS io.hawkermq:hawker-client:0.1.0-SNAPSHOT

import io.hawkermq.client.*;

/// Prints what a broker says about itself: `jbang SysTopics.java [mqtt://HOST]`, or without JBang
/// `java -cp 'hawker-client.jar:hawker-protocol.jar' SysTopics.java [mqtt://HOST]`.
void main(String[] args) {
    try (var client = MqttClient.connect(args.length > 0 ? args[0] : "mqtt://localhost")) {
        for (var message : client.subscribe("$SYS/#")) {
            IO.println(message.topic() + " " + message.text());
        }
    }
}
