package io.hawkermq.broker;

import io.hawkermq.core.AccessControl;
import io.hawkermq.core.EventLog;
import io.hawkermq.core.Limits;
import io.hawkermq.core.Publications;
import io.hawkermq.core.Slots;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What a broker is started with.
///
/// @param listeners where it accepts connections
/// @param httpListeners where it tells about itself over HTTP
/// @param maximumConnections of all listeners together, more are closed at once
/// @param loops event loops, 1 to 64
/// @param slots which of them own which sessions at the start
/// @param sysIntervalSeconds between updates of `$SYS`; 0 for none
/// @param maximumOutboundBytes unsent bytes of one connection beyond which it counts as slow
/// @param publications sees all that is published, on the loops
/// @param persistence where sessions and retained messages are kept on disk, null if they are not
/// @param control what is answered below `$CONTROL`
/// @param sparkplug whether birth certificates of Sparkplug are kept
public record BrokerOptions(
        List<Listener> listeners,
        List<HttpListener> httpListeners,
        int maximumConnections,
        int loops,
        Slots slots,
        Limits limits,
        AccessControl access,
        EventLog log,
        int sysIntervalSeconds,
        int maximumOutboundBytes,
        Publications publications,
        @Nullable Persistence persistence,
        ControlOptions control,
        Sparkplug sparkplug) {
    public static final int DEFAULT_PORT = 1883;
    public static final int DEFAULT_OUTBOUND_BYTES = 1 << 20;

    /// What the broker knows of Sparkplug.
    public enum Sparkplug {
        UNAWARE,
        /// The last birth certificates are retained below `$sparkplug/certificates`.
        AWARE
    }

    /// What Mosquitto does without configuration: loopback only, anonymous, in memory.
    ///
    /// @param port 0 lets the system choose
    public static BrokerOptions local(int port) {
        long heap = Runtime.getRuntime().maxMemory();
        return new BrokerOptions(
                List.of(Listener.loopback(port)),
                List.of(),
                Integer.MAX_VALUE,
                Math.min(Runtime.getRuntime().availableProcessors(), 64),
                Slots.onOneShard(),
                Limits.DEFAULT.with(
                        l -> l.maximumOfflineBytes(heap / 4).maximumWaitingBytes(heap / 8)),
                AccessControl.anonymous(),
                EventLog.SILENT,
                10,
                DEFAULT_OUTBOUND_BYTES,
                Publications.UNSEEN,
                null,
                ControlOptions.NONE,
                Sparkplug.UNAWARE);
    }

    /// What a `mosquitto.conf` asks for. All files that it names are read, and what is odd about
    /// them is told; log and process options are not for a program that starts a broker itself.
    ///
    /// @throws StartException if something is wrong, or this build cannot do it: one sentence with
    ///     the file and the line
    public static BrokerOptions ofFile(Path file, EventLog log) throws StartException {
        return FromConfiguration.ofFile(file, log);
    }

    /// The same, but for what the change sets:
    ///
    /// ```java
    /// BrokerOptions.local(1883).with(o -> o.loops(2).limits(l -> l.receiveMaximum(10)))
    /// ```
    public BrokerOptions with(Consumer<Builder> change) {
        Builder builder = new Builder(this);
        change.accept(builder);
        return builder.build();
    }

    /// Options that [#with] changes. Each method sets what [BrokerOptions] has under its name, in
    /// the unit and range documented there, and says what else it sets.
    public static final class Builder {
        private List<Listener> listeners;
        private List<HttpListener> httpListeners;
        private int maximumConnections;
        private int loops;
        private Slots slots;
        private Limits limits;
        private AccessControl access;
        private EventLog log;
        private int sysIntervalSeconds;
        private int maximumOutboundBytes;
        private Publications publications;
        private @Nullable Persistence persistence;
        private ControlOptions control;
        private Sparkplug sparkplug;

        private Builder(BrokerOptions from) {
            listeners = from.listeners;
            httpListeners = from.httpListeners;
            maximumConnections = from.maximumConnections;
            loops = from.loops;
            slots = from.slots;
            limits = from.limits;
            access = from.access;
            log = from.log;
            sysIntervalSeconds = from.sysIntervalSeconds;
            maximumOutboundBytes = from.maximumOutboundBytes;
            publications = from.publications;
            persistence = from.persistence;
            control = from.control;
            sparkplug = from.sparkplug;
        }

        public Builder listeners(List<Listener> value) {
            listeners = List.copyOf(value);
            return this;
        }

        public Builder listeners(Listener... value) {
            return listeners(List.of(value));
        }

        public Builder httpListeners(List<HttpListener> value) {
            httpListeners = List.copyOf(value);
            return this;
        }

        public Builder httpListeners(HttpListener... value) {
            return httpListeners(List.of(value));
        }

        public Builder maximumConnections(int value) {
            maximumConnections = value;
            return this;
        }

        /// So many loops, with the sessions spread over all from the start.
        public Builder loops(int value) {
            loops = value;
            slots = Slots.over(value);
            return this;
        }

        /// To be called after [#loops], which sets them too.
        public Builder slots(Slots value) {
            slots = value;
            return this;
        }

        public Builder limits(Limits value) {
            limits = value;
            return this;
        }

        /// Changes some of the limits.
        public Builder limits(Consumer<Limits.Builder> change) {
            limits = limits.with(change);
            return this;
        }

        public Builder access(AccessControl value) {
            access = value;
            return this;
        }

        public Builder log(EventLog value) {
            log = value;
            return this;
        }

        public Builder sysIntervalSeconds(int value) {
            sysIntervalSeconds = value;
            return this;
        }

        public Builder maximumOutboundBytes(int value) {
            maximumOutboundBytes = value;
            return this;
        }

        public Builder publications(Publications value) {
            publications = value;
            return this;
        }

        public Builder persistence(Persistence value) {
            persistence = value;
            return this;
        }

        public Builder control(ControlOptions value) {
            control = value;
            return this;
        }

        public Builder sparkplug(Sparkplug value) {
            sparkplug = value;
            return this;
        }

        private BrokerOptions build() {
            return new BrokerOptions(
                    listeners,
                    httpListeners,
                    maximumConnections,
                    loops,
                    slots,
                    limits,
                    access,
                    log,
                    sysIntervalSeconds,
                    maximumOutboundBytes,
                    publications,
                    persistence,
                    control,
                    sparkplug);
        }
    }
}
