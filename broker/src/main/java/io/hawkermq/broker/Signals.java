package io.hawkermq.broker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;

/// Signals of the operating system other than those that end a process.
///
/// Java has them in `sun.misc.Signal` only, which a Java machine need not have and which the
/// compiler warns of in a way that cannot be turned off; hence it is looked up by name. Without it
/// a SIGHUP ends the broker cleanly.
final class Signals {
    private Signals() {}

    /// Runs the actions at their signals, each time on a thread that the Java machine makes. A
    /// signal that this Java machine does not give away keeps what it did.
    ///
    /// @param actions by the name of the signal without SIG
    static void handle(Map<String, Runnable> actions) {
        actions.forEach((name, action) -> {
            try {
                handle(name, action);
            } catch (ReflectiveOperationException e) {
                // not on this Java machine
            }
        });
    }

    private static void handle(String name, Runnable action) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object proxy =
                Proxy.newProxyInstance(
                        handler.getClassLoader(),
                        new Class<?>[] {handler},
                        (self, method, arguments) -> {
                            if (method.getName().equals("handle")) {
                                action.run();
                            }
                            return method.getReturnType() == int.class ? 0 : null;
                        });
        try {
            Object wanted = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, wanted, proxy);
        } catch (InvocationTargetException e) {
            // No such signal here (IllegalArgumentException).
        }
    }
}
