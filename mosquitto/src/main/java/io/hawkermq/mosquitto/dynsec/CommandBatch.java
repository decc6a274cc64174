package io.hawkermq.mosquitto.dynsec;

import io.hawkermq.mosquitto.json.Json;
import io.hawkermq.mosquitto.json.JsonException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The form that all `$CONTROL` topics share: `{"commands":[{"command":NAME,...},...]}` is answered
/// by `{"responses":[{"command":NAME,...},...]}`, each response with the `correlationData` of its
/// command, and with an `error` or with `data` if there is something to say.
public final class CommandBatch {
    /// Does single commands.
    public interface Handler {
        /// @param name as the client wrote it; the case of its letters does not count
        /// @return the `data` of the response, or null if there is nothing to say but that it is
        ///     done
        /// @throws CommandException if it cannot be done
        Json.@Nullable Members handle(String name, Json.Members command) throws CommandException;
    }

    private CommandBatch() {}

    /// Does all commands of a message in their order. A command that cannot be done does not keep
    /// back those that follow; one that is malformed does.
    ///
    /// @return the payload of the answer
    public static byte[] answer(byte[] payload, Handler handler) {
        List<Json> responses = new ArrayList<>();
        try {
            run(payload, handler, responses);
        } catch (CommandException e) {
            responses.add(response("Unknown command", null, e.error(), null));
        }
        return new Json.Members(Map.of("responses", ModelJson.all(responses))).compact();
    }

    private static void run(byte[] payload, Handler handler, List<Json> responses)
            throws CommandException {
        List<Json> commands = commands(payload);
        for (Json each : commands) {
            if (!(each instanceof Json.Members command)) {
                throw new CommandException("Command not an object");
            }
            Fields fields = new Fields(command);
            String name = fields.text("command");
            if (name == null) {
                throw new CommandException("Missing command");
            }
            Json correlation = command.value("correlationData");
            if (correlation != null && !(correlation instanceof Json.Text)) {
                responses.add(response(name, null, "Invalid correlationData data type.", null));
                return;
            }
            Json.Members data = null;
            String error = null;
            try {
                data = handler.handle(name, command);
            } catch (CommandException e) {
                error = e.error();
            }
            responses.add(response(name, data, error, correlation));
        }
    }

    private static List<Json> commands(byte[] payload) throws CommandException {
        Json tree;
        try {
            tree = Json.parse(payload);
        } catch (JsonException e) {
            throw new CommandException("Payload not valid JSON");
        }
        if (tree instanceof Json.Members m && m.value("commands") instanceof Json.Elements e) {
            return e.elements();
        }
        throw new CommandException("Invalid/missing commands");
    }

    private static Json response(
            String name, Json.@Nullable Members data, @Nullable String error, @Nullable Json tag) {
        Map<String, Json> m = new LinkedHashMap<>();
        m.put("command", Json.of(name));
        if (error != null) {
            m.put("error", Json.of(error));
        }
        if (data != null) {
            m.put("data", data);
        }
        if (tag != null) {
            m.put("correlationData", tag);
        }
        return new Json.Members(m);
    }
}
