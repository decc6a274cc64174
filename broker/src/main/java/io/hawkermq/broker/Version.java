package io.hawkermq.broker;

/// The versions that the broker tells of itself.
final class Version {
    /// The Mosquitto that clients may take this broker for: what `$SYS/broker/version` says.
    static final String MOSQUITTO = "2.1.2";

    private Version() {}

    /// Hawker's own, from the jar's manifest.
    static String hawker() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
