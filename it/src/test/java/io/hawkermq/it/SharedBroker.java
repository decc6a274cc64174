package io.hawkermq.it;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests a [Lab] at one broker, which all test classes share and which ends with the run.
/// When a test ends the broker, that test fails, and the next one gets a new broker.
public final class SharedBroker implements ParameterResolver, AfterTestExecutionCallback {
    private static final Namespace NAMESPACE = Namespace.create(SharedBroker.class);

    /// The broker that a test runs against. A wrapper, since the store closes what it can close.
    private record Watched(BrokerProcess broker) {}

    /// The current broker; ended with the run.
    private static final class Holder implements AutoCloseable {
        private @Nullable BrokerProcess broker;

        synchronized BrokerProcess broker() {
            if (broker == null || !broker.isAlive()) {
                broker = BrokerProcess.start();
            }
            return broker;
        }

        @Override
        public synchronized void close() {
            if (broker != null) {
                broker.close();
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Lab.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Holder holder =
                context.getRoot()
                        .getStore(NAMESPACE)
                        .computeIfAbsent(Holder.class, k -> new Holder(), Holder.class);
        BrokerProcess broker = holder.broker();
        context.getStore(NAMESPACE).put(BrokerProcess.class, new Watched(broker));
        return context.getStore(NAMESPACE)
                .computeIfAbsent(Lab.class, k -> new Lab(broker.port()), Lab.class);
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        Watched watched = context.getStore(NAMESPACE).get(BrokerProcess.class, Watched.class);
        if (watched != null && !watched.broker.isAlive()) {
            throw new AssertionError("the broker has ended:\n" + watched.broker.output());
        }
    }
}
