package io.hawkermq.mosquitto;

/// The series of Mosquitto that files are written for.
public enum MosquittoVersion {
    V1_6("1.6"),
    V2_0("2.0"),
    V2_1("2.1");

    private final String number;

    MosquittoVersion(String number) {
        this.number = number;
    }

    @Override
    public String toString() {
        return number;
    }
}
