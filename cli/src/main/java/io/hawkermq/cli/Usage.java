package io.hawkermq.cli;

/// Help and version of `pub`, `sub` and `rr`.
final class Usage {
    /// The release whose tools these stand in for; scripts compare it.
    static final String VERSION = "2.1.2";

    private static final String COMMON =
            """

            Connection
              -h, --host HOST            the broker's name or address; default localhost
              -p, --port PORT            default 1883, with TLS 8883
              -L, --url URL              mqtt(s)|ws(s)://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC
              --unix PATH                a Unix socket instead of TCP
              --ws                       WebSocket
              -A ADDRESS                 connect from this local address
              -S                         find host and port in the domain's SRV records
              --proxy URL                socks5h://[USER[:PASSWORD]@]HOST[:PORT]
              -i, --id ID                Client Identifier; default: the broker makes one
              -I, --id-prefix PREFIX     Client Identifier: PREFIX and the process id
              -u, --username NAME  -P, --pw PASSWORD
              -c, --disable-clean-session  keep the session; needs -i
              -x SECONDS                 Session Expiry Interval; -1 or ∞ for no end (MQTT 5)
              -k, --keepalive SECONDS    5 to 65535; default 60
              -V, --protocol-version V   mqttv5 (5), mqttv311 (311), mqttv31 (31)
              -D, --property PACKET NAME VALUE
                                         a property of CONNECT, PUBLISH, SUBSCRIBE, UNSUBSCRIBE,
                                         DISCONNECT or the Will; user-property has two values
              -M N                       at most N messages under way
              --nodelay                  small packets at once (always so)
              --will-topic TOPIC  --will-payload TEXT  --will-qos QOS  --will-retain

            TLS
              --cafile FILE, --capath FOLDER   whom to trust
              --tls-use-os-certs         trust what Java trusts
              --cert FILE  --key FILE    the client's certificate and key, PEM
              --insecure                 whatever name the broker's certificate has
              --tls-version V            tlsv1.2 or tlsv1.3
              --tls-alpn NAME  --ciphers NAMES  --no-tls

            Other
              -d, --debug                say which packets come and go
              --quiet                    print no errors
              -o FILE                    read options from here, one a line; default
                                         $XDG_CONFIG_HOME or ~/.config, with the tool's name
              --help  --version
            """;

    private static final String PUB =
            """
            Usage: mosquitto_pub [CONNECTION] -t TOPIC {-m TEXT | -f FILE | -l | -s | -n}

            Message
              -t, --topic TOPIC
              -m, --message TEXT         the payload
              -f, --file FILE            the payload is a file's content
              -s, --stdin-file           the payload is the whole standard input
              -l, --stdin-line           each line of the standard input is a message
              -n, --null-message         an empty payload
              -q, --qos QOS              0, 1 or 2; default 0
              -r, --retain               the broker keeps the message
              --repeat N                 publish it N times
              --repeat-delay SECONDS     wait in between
            """;

    private static final String RECEIVING =
            """
              -q, --qos QOS              0, 1 or 2; default 0
              -F FORMAT                  how to print a message: %p payload, %t topic, %q QoS,
                                         %r RETAIN, %l length, %m packet identifier, %x %X hex,
                                         %j %J JSON, %I %U time, %f %d floating point, %A %C %D
                                         %E %F %P %R %S properties; @ and a letter of strftime;
                                         \\n \\t ...
              -N                         no line break after the payload
              --pretty                   %j and %J with line breaks
              -R                         skip retained messages
              --retain-as-published      keep RETAIN as it was published (MQTT 5)
              --retain-handling WHEN     always, new or never (MQTT 5)
              -v, --verbose              print the topic before the payload
              -W SECONDS                 end after this time with status 27
            """;

    private static final String SUB =
            """
            Usage: mosquitto_sub [CONNECTION] {-t FILTER... | -U FILTER...}

            Messages
              -t, --topic FILTER         may come several times
              -T, --filter-out FILTER    print nothing of these; may come several times
              -U, --unsubscribe FILTER   may come several times
              -C N                       end after N messages
              -E                         end when the broker has confirmed the subscriptions
              --retained-only            end at the first message that is not retained
              --remove-retained          remove retained messages that come from the broker
              --random-filter PERCENT    print only so many
              --message-rate             print how many come in a second instead
              -w, --watch                a fixed line for each topic
              --tree                     a tree of the topics and their latest payloads
            """;

    private static final String RR =
            """
            Usage: mosquitto_rr [CONNECTION] -t TOPIC -e TOPIC {-m TEXT | -f FILE | -s | -n}

            Request and answer
              -t, --topic TOPIC          where the request goes
              -e TOPIC                   where the answer comes
              -m, --message TEXT  -f, --file FILE  -s, --stdin-file  -n, --null-message
              --latency                  print how long the answer took
            """;

    private Usage() {}

    static String text(Tool tool) {
        String what =
                switch (tool) {
                    case PUB -> "mosquitto_pub publishes messages through an MQTT broker.\n";
                    case SUB -> "mosquitto_sub prints the messages that an MQTT broker sends it.\n";
                    case RR ->
                            "mosquitto_rr sends a request and prints the answer, with MQTT 5 or"
                                    + " 3.1.1.\n";
                    case CTRL -> "mosquitto_ctrl administers brokers.\n";
                };
        String own =
                switch (tool) {
                    case PUB -> PUB;
                    case SUB -> SUB + RECEIVING;
                    case RR -> RR + RECEIVING;
                    case CTRL -> "";
                };
        return what + version(tool.program()) + "\n" + own + COMMON;
    }

    static String version(String program) {
        return program + " version " + VERSION + " running on libmosquitto " + VERSION + ".\n";
    }

    /// Prints what a refused command line deserves.
    ///
    /// @return the exit status, which is 1 even for help, as scripts know it
    static int answer(Tool tool, OptionsException e, Stdio io) {
        io.err().print(e.getMessage());
        switch (e.wants()) {
            case HELP -> io.out().print(text(tool));
            case VERSION -> io.out().print(version(tool.program()));
            case HINT -> hint(tool, io);
            case NOTHING -> {
                // The message says it all.
            }
        }
        return 1;
    }

    static int hint(Tool tool, Stdio io) {
        io.err().print("\nUse '" + tool.program() + " --help' to see usage.\n");
        return 1;
    }
}
