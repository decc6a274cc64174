package io.hawkermq.broker.transport;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Cipher lists in OpenSSL's language (`ECDHE+AESGCM:!aNULL:AES256-SHA`) in terms of Java's suites:
/// elements are names of suites or words for groups of them, joined by `+` for those in all groups;
/// `!` forbids for good, `-` removes, `+` before an element moves to the end.
///
/// Names of suites that this Java does not speak, and words for what nobody should speak any more,
/// select nothing. What is neither is reported.
///
/// @param suites in the order of preference
/// @param unknown elements that are no word of the language
record CipherSuites(List<String> suites, List<String> unknown) {
    private static final String TLS_1_3 = "TLS_(AES|CHACHA20|SM4)_[^W]*";

    /// Groups that exist in OpenSSL and are empty here.
    private static final Set<String> EMPTY_GROUPS =
            Set.of(
                    "LOW",
                    "MEDIUM",
                    "EXP",
                    "EXPORT",
                    "EXPORT40",
                    "EXPORT56",
                    "COMPLEMENTOFALL",
                    "COMPLEMENTOFDEFAULT",
                    "ENULL",
                    "NULL",
                    "ANULL",
                    "ADH",
                    "AECDH",
                    "RC4",
                    "RC2",
                    "IDEA",
                    "SEED",
                    "DES",
                    "3DES",
                    "MD5",
                    "KRSAPSK",
                    "SRP",
                    "KSRP",
                    "ASRP",
                    "DSS",
                    "ADSS",
                    "GOST",
                    "KGOST",
                    "AGOST",
                    "GOST94",
                    "GOST89MAC",
                    "CAMELLIA",
                    "CAMELLIA128",
                    "CAMELLIA256",
                    "ARIA",
                    "ARIA128",
                    "ARIA256",
                    "ARIAGCM",
                    "SSLV2",
                    "SSLV3",
                    "TLSV1",
                    "TLSV1.0",
                    "KDH",
                    "KDHR",
                    "KDHD",
                    "KECDH",
                    "KECDHR",
                    "SUITEB128",
                    "SUITEB192",
                    "SUITEB128ONLY",
                    "FIPS");

    private static final Map<String, Predicate<String>> GROUPS = new LinkedHashMap<>();

    static {
        Predicate<String> ecdhe = s -> s.startsWith("TLS_ECDHE_");
        Predicate<String> dhe = s -> s.startsWith("TLS_DHE_");
        Predicate<String> rsaExchange = s -> s.startsWith("TLS_RSA_");
        Predicate<String> ecdsa = s -> s.contains("_ECDSA_");
        Predicate<String> aes128 = s -> s.contains("AES_128");
        Predicate<String> aes256 = s -> s.contains("AES_256");
        Predicate<String> chacha = s -> s.contains("CHACHA20");
        group(s -> true, "ALL", "DEFAULT", "HIGH");
        group(
                s -> s.contains("GCM") || s.contains("CHACHA20") || s.matches(".*_SHA(256|384)"),
                "TLSV1.2");
        group(ecdhe, "ECDHE", "EECDH", "KECDHE", "KEECDH", "ECDH");
        group(dhe, "DHE", "EDH", "KDHE", "KEDH", "DH");
        group(rsaExchange, "KRSA");
        group(rsaExchange.or(s -> s.contains("_RSA_WITH")), "ARSA");
        group(rsaExchange.or(s -> s.contains("_RSA_WITH")), "RSA");
        group(ecdsa, "ECDSA", "AECDSA");
        group(aes128.or(aes256), "AES");
        group(aes128, "AES128");
        group(aes256, "AES256");
        group(s -> s.contains("GCM"), "AESGCM");
        group(chacha, "CHACHA20");
        group(s -> s.endsWith("_SHA"), "SHA", "SHA1");
        group(s -> s.endsWith("CBC_SHA256"), "SHA256");
        group(s -> s.endsWith("CBC_SHA384"), "SHA384");
        group(s -> s.contains("CBC"), "CBC");
        group(s -> s.contains("_CCM"), "AESCCM");
        group(s -> s.endsWith("_CCM_8"), "AESCCM8");
        group(s -> s.contains("_PSK_"), "PSK", "APSK");
        group(s -> s.startsWith("TLS_PSK_"), "KPSK");
        group(s -> s.startsWith("TLS_ECDHE_PSK_"), "KECDHEPSK");
        group(s -> s.startsWith("TLS_DHE_PSK_"), "KDHEPSK");
    }

    private static void group(Predicate<String> suites, String... words) {
        for (String word : words) {
            GROUPS.put(word, suites);
        }
    }

    /// Suites of TLS 1.2.
    ///
    /// @param supported what Java can speak, in its order of preference
    static CipherSuites tls12(String list, List<String> supported) {
        List<String> all = supported.stream().filter(s -> isTls12(s)).toList();
        Set<String> chosen = new LinkedHashSet<>();
        Set<String> forbidden = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        for (String element : list.split("[:, ]+")) {
            if (element.isEmpty() || element.startsWith("@")) {
                continue; // @STRENGTH and @SECLEVEL: Java's order, and Java's limits
            }
            char operator = element.charAt(0);
            boolean isOperator = operator == '!' || operator == '-' || operator == '+';
            String words = isOperator ? element.substring(1) : element;
            List<String> selected = select(words, all);
            if (selected == null) {
                unknown.add(words);
                continue;
            }
            switch (operator) {
                case '!' -> {
                    forbidden.addAll(selected);
                    selected.forEach(chosen::remove);
                }
                case '-' -> selected.forEach(chosen::remove);
                case '+' -> {
                    selected = selected.stream().filter(chosen::remove).toList();
                    chosen.addAll(selected);
                }
                default ->
                        selected.stream().filter(s -> !forbidden.contains(s)).forEach(chosen::add);
            }
        }
        return new CipherSuites(List.copyOf(chosen), List.copyOf(unknown));
    }

    /// Suites of TLS 1.3, whose names are the same everywhere.
    static CipherSuites tls13(String list, List<String> supported) {
        List<String> chosen = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (String name : list.split("[:, ]+")) {
            if (supported.contains(name) && name.matches(TLS_1_3)) {
                chosen.add(name);
            } else if (!name.isEmpty() && !name.matches("TLS_AES_128_CCM(_8)?_SHA256")) {
                unknown.add(name);
            }
        }
        return new CipherSuites(List.copyOf(chosen), List.copyOf(unknown));
    }

    static boolean isTls12(String suite) {
        return suite.startsWith("TLS_")
                && suite.contains("_WITH_")
                && !suite.contains("_anon_")
                && !suite.contains("_NULL_")
                && !suite.contains("_DSS_")
                && !suite.contains("_ECDH_")
                && !suite.contains("3DES")
                && !suite.contains("KRB5");
    }

    static boolean isTls13(String suite) {
        return suite.matches(TLS_1_3);
    }

    /// @return null if a word is not known
    private static @Nullable List<String> select(String words, List<String> all) {
        List<String> selected = all;
        for (String word : words.split("\\+")) {
            Predicate<String> group = group(word);
            if (group == null) {
                return null;
            }
            selected = selected.stream().filter(group).toList();
        }
        return selected;
    }

    private static @Nullable Predicate<String> group(String word) {
        String upper = word.toUpperCase(Locale.ROOT);
        if (EMPTY_GROUPS.contains(upper)) {
            return s -> false;
        }
        Predicate<String> group = GROUPS.get(upper);
        if (group != null) {
            return group;
        }
        String name = javaName(word);
        return name == null ? null : s -> s.equals(name);
    }

    /// `ECDHE-RSA-AES128-GCM-SHA256` becomes `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
    ///
    /// @return null if it is no name of a suite
    static @Nullable String javaName(String openSsl) {
        if (openSsl.matches("TLS_[A-Z0-9_]+")) {
            return openSsl;
        }
        String name = openSsl;
        String exchange = "RSA";
        for (String prefix :
                List.of(
                        "ECDHE-RSA",
                        "ECDHE-ECDSA",
                        "ECDHE-PSK",
                        "ECDH-RSA",
                        "ECDH-ECDSA",
                        "DHE-RSA",
                        "DHE-DSS",
                        "DHE-PSK",
                        "RSA-PSK",
                        "PSK",
                        "SRP-RSA",
                        "SRP-DSS",
                        "SRP",
                        "ADH",
                        "AECDH",
                        "EDH-RSA",
                        "EDH-DSS")) {
            if (name.startsWith(prefix + "-")) {
                exchange = prefix.replace('-', '_').replace("EDH", "DHE");
                name = name.substring(prefix.length() + 1);
                break;
            }
        }
        if (name.matches("CHACHA20-POLY1305(-SHA256)?")) {
            return "TLS_" + exchange + "_WITH_CHACHA20_POLY1305_SHA256";
        }
        if (name.matches(
                "(3DES-EDE-CBC|DES-CBC3|RC4|NULL|SEED|IDEA-CBC)-(SHA|SHA256|SHA384|MD5)")) {
            return "TLS_" + exchange + "_WITH_" + name.replace('-', '_');
        }
        if (!name.matches(
                "(AES|CAMELLIA|ARIA)-?(128|256)(-GCM|-CBC|-CCM8?)?(-SHA|-SHA256|-SHA384)?")) {
            return null;
        }
        String cipher = name.replaceFirst("^([A-Z]+)-?(128|256)", "$1_$2").replace("CCM8", "CCM_8");
        boolean hasMode = cipher.matches("[A-Z]+_\\d+-(GCM|CBC|CCM).*");
        return "TLS_"
                + exchange
                + "_WITH_"
                + (hasMode ? cipher : cipher.replaceFirst("(\\d+)-", "$1-CBC-")).replace('-', '_');
    }
}
