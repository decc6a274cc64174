package io.hawkermq.cli;

import java.util.Hashtable;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/// Where a domain says in its DNS that its broker is: an SRV record, the one of least priority.
record ServiceRecord(String host, int port) {
    /// @return null if there is none, or no answer
    // DNS answers are text; no object is made of them. The API asks for a Hashtable.
    @SuppressWarnings({"BanJNDI", "JdkObsolete"})
    static @Nullable ServiceRecord find(String domain, boolean isTls) {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory");
        String name = (isTls ? "_secure-mqtt._tcp." : "_mqtt._tcp.") + domain;
        try {
            DirContext context = new InitialDirContext(environment);
            Attribute records =
                    context.getAttributes("dns:/" + name, new String[] {"SRV"}).get("SRV");
            context.close();
            return records == null ? null : best(records.getAll());
        } catch (NamingException e) {
            return null;
        }
    }

    private static @Nullable ServiceRecord best(NamingEnumeration<?> records)
            throws NamingException {
        ServiceRecord best = null;
        int least = Integer.MAX_VALUE;
        while (records.hasMore()) {
            // PRIORITY WEIGHT PORT TARGET
            String[] parts = String.valueOf(records.next()).split(" ");
            if (parts.length == 4 && CNumbers.leadingInt(parts[0]) < least) {
                least = CNumbers.leadingInt(parts[0]);
                String host = parts[3].replaceFirst("\\.$", "");
                best = new ServiceRecord(host, CNumbers.leadingInt(parts[2]));
            }
        }
        return best;
    }
}
