package io.hawkermq.testkit;

import io.hawkermq.broker.Broker;
import io.hawkermq.broker.BrokerOptions;
import io.hawkermq.broker.Persistence;
import io.hawkermq.broker.StartException;
import io.hawkermq.mosquitto.access.PasswordFile;
import io.hawkermq.store.Durability;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// The program that [RuntimeTest] runs with nothing on the class path but what users get.
final class RuntimeProbe {
    private RuntimeProbe() {}

    public static void main(String[] args) throws Exception {
        long[] millis = new long[21];
        for (int i = 0; i < millis.length; i++) {
            long began = System.nanoTime();
            try (HawkerBroker broker = HawkerBroker.start()) {
                millis[i] = (System.nanoTime() - began) / 1_000_000;
                broker.publish("t", "x");
                if (broker.published("t").size() != 1) {
                    throw new AssertionError("nothing was published");
                }
            }
        }
        System.out.println("first " + millis[0]);
        Arrays.sort(millis, 1, millis.length);
        System.out.println("median " + millis[millis.length / 2]);
        System.out.println("slowest " + millis[millis.length - 1]);
        try (HawkerBroker broker =
                HawkerBroker.setup().tls().webSocket().user("ann", "secret").start()) {
            System.out.println("tls " + (broker.tlsPort() > 0));
        }
        for (String name :
                new String[] {
                    "org.rocksdb.RocksDB", "org.bouncycastle.crypto.params.KeyParameter"
                }) {
            try {
                System.out.println("there is " + Class.forName(name));
            } catch (ClassNotFoundException e) {
                System.out.println("missing " + name);
            }
        }
        persistence(Path.of(args[0]));
        argon2();
    }

    private static void persistence(Path folder) {
        BrokerOptions options =
                BrokerOptions.local(0)
                        .with(o -> o.persistence(new Persistence(folder, Durability.ALWAYS)));
        try (Broker broker = Broker.start(options)) {
            System.out.println("persistence " + broker.port());
        } catch (StartException e) {
            System.out.println("persistence " + e.getMessage());
        }
    }

    private static void argon2() throws Exception {
        String line =
                "ann:$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
        PasswordFile file = PasswordFile.parse("passwords", line.getBytes(StandardCharsets.UTF_8));
        try {
            System.out.println("argon2 " + file.verify("ann", new byte[1]));
        } catch (IllegalStateException e) {
            System.out.println("argon2 " + e.getMessage());
        }
    }
}
