package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Clients that have roles in common.
///
/// @param members by name
/// @param other keys of the file that this broker does not know
public record Group(
        String name,
        @Nullable String textName,
        @Nullable String textDescription,
        List<Role.Use> roles,
        List<Member> members,
        Map<String, Json> other) {
    /// @param priority of this group among those of the client; -1 if none was given
    public record Member(String userName, int priority) {}

    public Group {
        List<Role.Use> sorted = new ArrayList<>(roles);
        sorted.sort(Role.Use.ORDER);
        roles = List.copyOf(sorted);
        List<Member> byName = new ArrayList<>(members);
        byName.sort(Comparator.comparing(Member::userName));
        members = List.copyOf(byName);
    }

    @Nullable Member member(String userName) {
        for (Member m : members) {
            if (m.userName().equals(userName)) {
                return m;
            }
        }
        return null;
    }

    Group withRoles(List<Role.Use> replacement) {
        return new Group(name, textName, textDescription, replacement, members, other);
    }

    Group withMembers(List<Member> replacement) {
        return new Group(name, textName, textDescription, roles, replacement, other);
    }

    Group with(Member member) {
        List<Member> more = new ArrayList<>(members);
        more.add(member);
        return withMembers(more);
    }

    Group without(String userName) {
        return withMembers(members.stream().filter(m -> !m.userName().equals(userName)).toList());
    }

    Group withTexts(@Nullable String text, @Nullable String description) {
        return new Group(name, text, description, roles, members, other);
    }
}
