package io.hawkermq.client;

/// How the bytes get to the server, beside what its address says.
record Transport() {
    static final Transport DEFAULT = new Transport();
}
