package io.hawkermq.cli.load;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/// `hawker bench`.
public final class LoadCommand {
    private static final String USAGE =
            """
            Usage: hawker bench SCENARIO [OPTIONS]

            Puts load on any MQTT broker and says how fast it was, whether anything was lost or
            doubled, and what this program itself had to do with it.

            Scenarios
            %s
            Load
              -c, --clients N        how many, see above
              --publishers N  --subscribers N
              -q, --qos QOS          0, 1 or 2; default 0
              -s, --size BYTES       of the payload, from 24 on; default 64
              --rate N               messages (or connections) a second in all, each at its time,
                                     from which its latency counts; default: as fast as it goes
              --window N             messages of one publisher under way without --rate; 0: no
                                     limit; default 20, fewer if all go to one subscriber
              --time SECONDS         measured time; default 10
              --warmup SECONDS       before it; default 3 with publishers
              --topics N             of the scenario retained; default 10000
              -t, --topic TOPIC      first levels of the topics; the filter of subscribe
              --connecting N         connections on their way at a time; default 50
              --connect-rate N       connections a second; default: no limit

            Connection
              -h, --host HOST  -p, --port PORT  -A ADDRESS,...  -V 311|5  -k SECONDS
              -u, --username NAME  -P, --pw PASSWORD
              -x, --session-expiry-interval SECONDS
                                     of subscribers, whose messages the broker then has to
                                     keep; until the run ends; default 0
              --tls  --cafile FILE  --cert FILE --key FILE  --insecure
              --resume               resume TLS sessions; default: each handshake is a full one

            Output
              --pid PID              the broker's process on this machine: its CPU time, memory
              --json                 one JSON object instead of text
              --quiet                no line each second

            Exit status: 0; 1 if messages above QoS 0 were lost, or any doubled, or connections
            failed; 2 for wrong options.
            """;

    private LoadCommand() {}

    /// Runs one scenario.
    ///
    /// @param out the report
    /// @param err a line each second, and what is wrong
    /// @return the exit status
    public static int run(List<String> words, PrintStream out, PrintStream err) {
        if (words.isEmpty() || words.contains("--help")) {
            out.print(usage());
            return words.isEmpty() ? 2 : 0;
        }
        LoadOptions options;
        try {
            options = LoadOptions.read(words);
        } catch (LoadOptions.Wrong e) {
            err.println("Error: " + e.getMessage() + ". See 'hawker bench --help'.");
            return 2;
        }
        try {
            return run(options, out, err);
        } catch (IOException e) {
            err.println("Error: " + (e.getMessage() == null ? e : e.getMessage()));
            return 1;
        }
    }

    private static String usage() {
        StringBuilder scenarios = new StringBuilder();
        for (Scenario s : Scenario.values()) {
            scenarios.append(
                    String.format(
                            Locale.ROOT,
                            "  %-10s %s; default %,d\n",
                            s.word(),
                            s.summary(),
                            s.clients()));
        }
        return USAGE.replace("%s", scenarios);
    }

    private static int run(LoadOptions options, PrintStream out, PrintStream err)
            throws IOException {
        if (options.pid > 0) {
            try {
                var _ = ProcessCost.of(options.pid);
            } catch (IOException e) {
                throw new IOException("cannot see process " + options.pid + " in /proc", e);
            }
        }
        if (!options.isQuiet) {
            err.println(LoadReport.title(options));
        }
        Tally second = new Tally();
        Outcome outcome;
        try (LoadLoop loop = new LoadLoop(options)) {
            Plan plan =
                    switch (options.scenario) {
                        case PUBLISH, SUBSCRIBE, FAN_IN, FAN_OUT, PAIRS ->
                                new MessagePlan(loop, second);
                        case CONNECT -> new ConnectPlan(loop, second);
                        case IDLE -> new IdlePlan(loop, second);
                        case RETAINED -> new RetainedPlan(loop, second);
                    };
            int[] number = {0};
            loop.run(
                    plan,
                    _ -> {
                        number[0]++;
                        if (!options.isQuiet) {
                            err.println(LoadReport.second(plan.phase(), number[0], second));
                        }
                        plan.takeSecond();
                    });
            outcome = plan.outcome();
        }
        LoadReport report = new LoadReport(options, outcome);
        if (options.isJson) {
            out.println(report.json());
        } else {
            out.print(report.text());
        }
        return report.status();
    }
}
