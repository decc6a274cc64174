package io.hawkermq.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.hawkermq.core.ShardMessage;
import io.hawkermq.protocol.PublishRun;
import org.junit.jupiter.api.Test;

/// The layout's rules: which way arrows point, and what protocol and core never see.
class ArchitectureTest {
    private static final String PROTOCOL = "io.hawkermq.protocol..";
    private static final String CORE = "io.hawkermq.core..";
    private static final String RELAY = "io.hawkermq.core.Relay";
    private static final String MOSQUITTO = "io.hawkermq.mosquitto..";
    private static final String STORE = "io.hawkermq.store..";
    private static final String BROKER = "io.hawkermq.broker..";
    private static final String CLIENT = "io.hawkermq.client..";
    private static final String CLI = "io.hawkermq.cli..";
    private static final String TESTKIT = "io.hawkermq.testkit..";

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.hawkermq");

    @Test
    void arrowsPointDownOnly() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .withOptionalLayers(true)
                .layer("protocol")
                .definedBy(PROTOCOL)
                .layer("core")
                .definedBy(CORE)
                .layer("mosquitto")
                .definedBy(MOSQUITTO)
                .layer("store")
                .definedBy(STORE)
                .layer("client")
                .definedBy(CLIENT)
                .layer("broker")
                .definedBy(BROKER)
                .layer("cli")
                .definedBy(CLI)
                .layer("testkit")
                .definedBy(TESTKIT)
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("testkit")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("broker")
                .mayOnlyBeAccessedByLayers("testkit")
                .whereLayer("store")
                .mayOnlyBeAccessedByLayers("broker")
                .whereLayer("mosquitto")
                .mayOnlyBeAccessedByLayers("broker", "cli")
                .whereLayer("client")
                .mayOnlyBeAccessedByLayers("broker", "cli")
                .whereLayer("core")
                .mayOnlyBeAccessedByLayers("store", "broker", "testkit")
                .check(CLASSES);
    }

    @Test
    void protocolNeedsTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage(PROTOCOL)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        PROTOCOL,
                        "java.lang..",
                        "java.util",
                        "java.util.function",
                        "java.nio..",
                        // The arithmetic of SCRAM, which both ends need.
                        "java.security..",
                        "java.text",
                        "javax.crypto..",
                        "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void clientNeedsProtocolAndTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage(CLIENT)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        PROTOCOL,
                        CLIENT,
                        "java..",
                        "javax.crypto..",
                        "javax.net.ssl",
                        "jdk.jfr..",
                        "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void coreNeedsProtocolAndTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage(CORE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        PROTOCOL,
                        CORE,
                        "java.lang..",
                        "java.util",
                        "java.util.function",
                        "java.util.random",
                        "java.util.stream",
                        "java.nio..",
                        "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void mosquittoNeedsProtocolTheJdkArgon2AndJsonOnly() {
        classes()
                .that()
                .resideInAPackage(MOSQUITTO)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        PROTOCOL,
                        MOSQUITTO,
                        "java..",
                        "javax..",
                        "org.bouncycastle.crypto..",
                        "com.fasterxml.jackson.core..",
                        "org.jspecify..")
                .check(CLASSES);
    }

    @Test
    void protocolAndCoreHaveNoThreadsClocksOrChance() {
        noClasses()
                .that()
                .resideInAnyPackage(PROTOCOL, CORE)
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Math.class, "random")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.concurrent..",
                        "java.time..",
                        "java.io..",
                        "java.net..",
                        "io.netty..")
                .check(CLASSES);
    }

    @Test
    void ownedClassesNeedNoVolatileFields() {
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(PROTOCOL, CORE)
                .should()
                .haveModifier(JavaModifier.VOLATILE)
                .check(CLASSES);
    }

    /// What a [PublishRun] holds is written over by the next read: its loop has one, and what is on its
    /// way to another loop is a copy. Nobody else may hold any, but for a `Relay`, which itself nobody
    /// holds.
    @Test
    void nobodyKeepsARunOfPackets() {
        fields().that()
                .haveRawType(PublishRun.class)
                .should()
                .beDeclaredInClassesThat()
                .haveFullyQualifiedName("io.hawkermq.broker.Loop")
                .orShould()
                .beDeclaredIn(ShardMessage.ForwardRun.class)
                .orShould()
                .beDeclaredInClassesThat()
                .haveFullyQualifiedName(RELAY)
                .check(CLASSES);
        noFields().should().haveRawType(RELAY).check(CLASSES);
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveSimpleNameEndingWith("Impl")
                .orShould()
                .haveSimpleNameEndingWith("Manager")
                .orShould()
                .haveSimpleNameEndingWith("Helper")
                .orShould()
                .haveSimpleNameEndingWith("Util")
                .orShould()
                .haveSimpleNameEndingWith("Utils")
                .check(CLASSES);
    }
}
