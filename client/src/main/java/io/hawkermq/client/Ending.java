package io.hawkermq.client;

import io.hawkermq.protocol.Properties;
import io.hawkermq.protocol.Property;
import io.hawkermq.protocol.ReasonCode;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Why a network connection ended or could not be made.
///
/// Immutable; a switch over it needs no default. `properties` are [Properties#NONE] in 3.1.1.
public sealed interface Ending {
    /// {@return a sentence for people, without a full stop; it may change from version to version}
    String text();

    /// {@return what was thrown, or null where nothing was}
    default @Nullable Throwable cause() {
        return null;
    }

    /// {@return true if the same attempt may well succeed later; the client reconnects after such
    /// endings only}
    default boolean isTransient() {
        return true;
    }

    /// There has been no attempt yet.
    record NotConnected() implements Ending {
        @Override
        public String text() {
            return "the client is not connected";
        }
    }

    /// This program has asked for it.
    ///
    /// @param reasonCode as it was sent in DISCONNECT
    record ByClient(ReasonCode reasonCode) implements Ending {
        @Override
        public String text() {
            return "the client has disconnected";
        }

        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// The server has sent DISCONNECT; 5.0 only.
    ///
    /// @param reasonCode of DISCONNECT
    /// @param properties of DISCONNECT, such as a Reason String
    record ByServer(ReasonCode reasonCode, Properties properties) implements Ending {
        @Override
        public String text() {
            return withReason("the server has disconnected", reasonCode, properties);
        }

        @Override
        public boolean isTransient() {
            return switch (reasonCode) {
                case NOT_AUTHORIZED, BANNED -> false;
                default -> true;
            };
        }
    }

    /// Another connection with the same Client Identifier has taken the session; 5.0 only. In
    /// 3.1.1 this is not distinguished from [Lost].
    ///
    /// @param properties of DISCONNECT, such as a Reason String
    record TakenOver(Properties properties) implements Ending {
        @Override
        public String text() {
            return withReason(
                    "another client uses the same Client Identifier",
                    ReasonCode.SESSION_TAKEN_OVER,
                    properties);
        }

        /// False: two clients that take each other's session would go on for ever.
        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// The server asks to use another one, in CONNACK or DISCONNECT. Followed with
    /// [MqttClientBuilder#followRedirections] only.
    ///
    /// @param reasonCode USE_ANOTHER_SERVER for now, SERVER_MOVED for good
    /// @param serverReference where to, in the form of section 4.11, or null if unknown
    /// @param properties of CONNACK or DISCONNECT
    record Redirected(
            ReasonCode reasonCode, @Nullable String serverReference, Properties properties)
            implements Ending {
        @Override
        public String text() {
            return withReason(
                    "the server refers to "
                            + (serverReference == null ? "another one" : serverReference),
                    reasonCode,
                    properties);
        }

        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// The server asks to use another one, and the client, which was to follow, does not.
    ///
    /// @param why the client stays where it is
    /// @param redirected what the last server has said
    record NotFollowed(Why why, Redirected redirected) implements Ending {
        /// Why the client does not follow.
        public enum Why {
            /// There is no Server Reference.
            NO_REFERENCE("no Server Reference"),
            /// None is a server's name, or all would lead from TLS to a transport without it.
            UNUSABLE("no usable Server Reference"),
            /// So many redirections in a row are not followed.
            TOO_MANY("too many redirections in a row");

            private final String text;

            Why(String text) {
                this.text = text;
            }
        }

        @Override
        public String text() {
            return why.text + ": " + redirected.text();
        }

        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// The server has refused CONNECT.
    ///
    /// @param reasonCode for 3.1.1 the one that the return code means
    /// @param properties of CONNACK, such as a Reason String
    record Refused(ReasonCode reasonCode, Properties properties) implements Ending {
        @Override
        public String text() {
            return withReason("the server has refused the connection", reasonCode, properties);
        }

        @Override
        public boolean isTransient() {
            return switch (reasonCode) {
                case UNSPECIFIED_ERROR,
                        IMPLEMENTATION_SPECIFIC_ERROR,
                        SERVER_UNAVAILABLE,
                        SERVER_BUSY,
                        QUOTA_EXCEEDED,
                        CONNECTION_RATE_EXCEEDED ->
                        true;
                default -> false;
            };
        }
    }

    /// No connection could be made: name resolution, TCP, a proxy, TLS or WebSocket.
    ///
    /// @param target `host:port` of the server, or the path of its socket
    /// @param exception what was thrown on the way; its message is in [#text]
    record Unreachable(String target, Exception exception) implements Ending {
        @Override
        public String text() {
            return "cannot connect to " + target + ": " + describe(exception);
        }

        @Override
        public Throwable cause() {
            return exception;
        }
    }

    /// The connection was not there, with its CONNACK, within the time for it.
    ///
    /// @param target `host:port` of the server, or the path of its socket
    /// @param timeout how long the attempt was allowed to take
    record ConnectTimedOut(String target, Duration timeout) implements Ending {
        @Override
        public String text() {
            return "no connection to " + target + " within " + timeout.toMillis() + " ms";
        }
    }

    /// The network connection broke off.
    ///
    /// @param exception null if the server has closed it without a word
    record Lost(@Nullable Exception exception) implements Ending {
        @Override
        public String text() {
            return exception == null
                    ? "the server has closed the network connection"
                    : "the network connection is lost: " + describe(exception);
        }

        @Override
        public @Nullable Throwable cause() {
            return exception;
        }
    }

    /// The server did not answer PINGREQ.
    ///
    /// @param silence since PINGREQ
    record Unresponsive(Duration silence) implements Ending {
        @Override
        public String text() {
            return "the server has not answered PINGREQ within " + silence.toMillis() + " ms";
        }
    }

    /// What the server has sent breaks the protocol.
    ///
    /// @param reasonCode as it was sent in DISCONNECT where the version has it
    /// @param why what was wrong, for people
    record ProtocolBroken(ReasonCode reasonCode, String why) implements Ending {
        @Override
        public String text() {
            return "the server has broken the protocol: " + why;
        }
    }

    /// The server could not prove what enhanced authentication asks of it, or its method failed.
    ///
    /// @param why what was wrong, for people
    /// @param exception what the [Authenticator] has thrown; null if it is the server's fault
    record AuthenticationFailed(String why, @Nullable Exception exception) implements Ending {
        @Override
        public String text() {
            return "authentication failed: " + why;
        }

        @Override
        public @Nullable Throwable cause() {
            return exception;
        }

        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// The program's hook for credentials has thrown.
    ///
    /// @param exception what the [Credentials.Source] has thrown
    record HookFailed(Exception exception) implements Ending {
        @Override
        public String text() {
            return "the credentials hook failed: " + describe(exception);
        }

        @Override
        public Throwable cause() {
            return exception;
        }
    }

    /// The outbox cannot be read or written; nothing is sent that it could not keep.
    ///
    /// @param exception of reading or writing its files
    record OutboxFailed(java.io.IOException exception) implements Ending {
        @Override
        public String text() {
            return "the outbox failed: " + describe(exception);
        }

        @Override
        public Throwable cause() {
            return exception;
        }

        @Override
        public boolean isTransient() {
            return false;
        }
    }

    /// A part of the client has failed that must not: please report it.
    ///
    /// @param exception with the stack that the report needs
    record Defect(RuntimeException exception) implements Ending {
        @Override
        public String text() {
            return "an error in the client: " + exception;
        }

        @Override
        public Throwable cause() {
            return exception;
        }
    }

    private static String describe(Exception exception) {
        String message = exception.getMessage();
        return message == null ? exception.getClass().getSimpleName() : message;
    }

    private static String withReason(String text, ReasonCode code, Properties properties) {
        String reason = properties.text(Property.REASON_STRING);
        return text + ": " + code.text() + (reason == null ? "" : " (" + reason + ")");
    }
}
