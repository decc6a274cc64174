package io.hawkermq.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// A broker for tests of JUnit Jupiter, in three ways:
///
/// ```java
/// @ExtendWith(HawkerExtension.class)
/// class AlarmTest {
///     @Test
///     void rings(HawkerBroker broker) { ... } // a new one for each test that wants one
/// }
///
/// class AlarmTest {
///     @RegisterExtension
///     static final HawkerExtension hawker = new HawkerExtension(HawkerBroker.setup());
///     // one for the class: hawker.broker(), or a parameter
/// }
///
/// class AlarmTest {
///     @RegisterExtension
///     final HawkerExtension hawker = new HawkerExtension(HawkerBroker.setup().tls());
///     // one for each test: hawker.broker(), or a parameter
/// }
/// ```
///
/// With the first way, a broker that a constructor or a method with `@BeforeAll` has as a parameter
/// is one for the class. A broker for the class is [reset][HawkerBroker#reset] before each test;
/// sessions and retained messages stay. Brokers are closed when what they are for is over.
public final class HawkerExtension
        implements BeforeAllCallback,
                BeforeEachCallback,
                AfterEachCallback,
                AfterAllCallback,
                ParameterResolver {
    private final Namespace namespace = Namespace.create(HawkerExtension.class, this);
    private final @Nullable HawkerSetup setup;
    private volatile @Nullable HawkerBroker broker;

    /// For `@ExtendWith`, which calls it: a broker that is like nothing in particular.
    public HawkerExtension() {
        setup = null;
    }

    /// For `@RegisterExtension`.
    ///
    /// @param setup what each broker of this extension is to be like
    public HawkerExtension(HawkerSetup setup) {
        this.setup = setup;
    }

    /// {@return the broker of a field with `@RegisterExtension`}
    ///
    /// @throws IllegalStateException outside of a test or, if the field is static, of its class
    public HawkerBroker broker() {
        HawkerBroker current = broker;
        if (current == null) {
            throw new IllegalStateException(
                    "There is no broker now. There is one from before the test or, if the field is"
                            + " static, from before the class; with @ExtendWith take it as a"
                            + " parameter.");
        }
        return current;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (setup != null) {
            broker = brokerOf(context);
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        HawkerBroker ofClass = store(context).get(HawkerBroker.class, HawkerBroker.class);
        if (ofClass != null) {
            ofClass.reset();
        } else if (setup != null) {
            broker = brokerOf(context);
        }
    }

    /// That of the class if it has one.
    private HawkerBroker brokerOf(ExtensionContext context) {
        Store store = store(context);
        HawkerBroker found = store.get(HawkerBroker.class, HawkerBroker.class);
        if (found == null) {
            found = (setup == null ? HawkerBroker.setup() : setup).start();
            store.put(HawkerBroker.class, found);
        }
        return found;
    }

    private Store store(ExtensionContext context) {
        return context.getStore(namespace);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        closeOf(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        closeOf(context);
    }

    /// Closes what belongs to this very context, not to the one around it.
    private void closeOf(ExtensionContext context) {
        HawkerBroker own = store(context).remove(HawkerBroker.class, HawkerBroker.class);
        if (own != null) {
            own.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == HawkerBroker.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return brokerOf(context);
    }
}
