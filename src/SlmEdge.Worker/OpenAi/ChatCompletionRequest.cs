using System.Text;
using System.Text.Json;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Worker.Http;

namespace SlmEdge.Worker.OpenAi;

/// <summary>The body of <c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletionRequest
{
    private const int MaxMessages = 2048;

    private static readonly JsonElement AnyObject = JsonElement.Parse("""{"type":"object"}""");

    public static CompletionRequest Parse(JsonElement root, int maxTokens, JsonSchemaCache schemas)
    {
        CompletionFields.Refuse(root, "tools", "functions", "function_call", "audio", "prediction", "web_search_options", "logit_bias");
        RefuseChoice(root);
        CompletionFields.RequireOne(root, "n");
        var field = root.TryGet("max_completion_tokens", out _) ? "max_completion_tokens" : "max_tokens";
        var stream = root.FindFlag("stream") ?? false;
        var (schema, own) = ReadFormat(root, schemas);
        var stop = CompletionFields.ReadStop(root);
        if (schema is not null && stop.Count > 0)
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "'stop' could cut a document that follows 'response_format'; leave one of them out.", "stop");
        }

        return new CompletionRequest
        {
            Messages = ReadMessages(root),
            MaxTokens = root.FindInteger(field, 1, maxTokens) ?? maxTokens,
            MaxTokensField = field,
            Sampling = CompletionFields.ReadSampling(root),
            Stop = stop,
            Logprobs = ReadLogprobs(root),
            Schema = schema,
            OwnSchema = own,
            Stream = stream,
            IncludeUsage = CompletionFields.ReadIncludeUsage(root, stream),
        };
    }

    private static void RefuseChoice(JsonElement root)
    {
        if (root.TryGet("tool_choice", out var choice) && !(choice.ValueKind == JsonValueKind.String && choice.GetString() is "none" or "auto"))
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", "'tool_choice' asks for a tool, and there are none here; leave it out.", "tool_choice");
        }

        if (root.FindTexts("modalities", 8).FirstOrDefault(modality => modality != "text") is { } other)
        {
            throw HttpProblem.Bad("unsupported", "Unsupported", $"'modalities' asks for more than text ({other.Length} characters); only text is written here.", "modalities");
        }
    }

    private static int? ReadLogprobs(JsonElement root)
    {
        var top = root.FindInteger("top_logprobs", 0, GenerationOptions.MaxLogprobs);
        return (root.FindFlag("logprobs") ?? false) ? top ?? 0
            : top is null or 0 ? null
            : throw HttpProblem.Bad("wrong-shape", "Wrong shape", "'top_logprobs' needs 'logprobs' to be true.", "top_logprobs");
    }

    private static (JsonSchema? Schema, JsonElement? Own) ReadFormat(JsonElement root, JsonSchemaCache schemas)
    {
        if (!root.TryGet("response_format", out var format))
        {
            return (null, null);
        }

        if (format.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong("response_format", "an object", format);
        }

        switch (format.GetText("type"))
        {
            case "text":
                return (null, null);
            case "json_object":
                return (schemas.Get(AnyObject), null);
            case "json_schema" when format.TryGet("json_schema", out var wrapper) && wrapper.ValueKind == JsonValueKind.Object && wrapper.TryGet("schema", out var schema):
                try
                {
                    // Kept whether or not 'strict' is asked for: a document that follows its schema is what nobody minds.
                    return (schemas.Get(schema), schema.Clone());
                }
                catch (TaskDefinitionException error)
                {
                    throw HttpProblem.Bad("schema", "Schema", $"The schema cannot be kept: {error.Message}", "response_format");
                }

            case "json_schema":
                throw HttpProblem.Bad("missing-field", "Missing field", "'response_format' of type 'json_schema' needs 'json_schema' with a 'schema'.", "response_format");
            default:
                throw HttpProblem.Bad("unsupported", "Unsupported", "'response_format' has to be of type 'text', 'json_object' or 'json_schema'.", "response_format");
        }
    }

    private static ChatMessage[] ReadMessages(JsonElement root)
    {
        if (!root.TryGetProperty("messages", out var messages))
        {
            throw HttpProblem.Bad("missing-field", "Missing field", "The field 'messages' (a list) is missing.", "messages");
        }

        if (messages.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong("messages", "a list", messages);
        }

        var count = messages.GetArrayLength();
        if (count is 0 or > MaxMessages)
        {
            throw HttpProblem.Bad("wrong-shape", "Wrong shape", $"'messages' has {count} messages; it has to have from 1 to {MaxMessages}.", "messages");
        }

        var turns = new ChatMessage[count];
        var i = 0;
        foreach (var message in messages.EnumerateArray())
        {
            turns[i] = ReadMessage(message, $"messages[{i}]");
            i++;
        }

        return turns[^1].Role is "assistant" or "system"
            ? throw HttpProblem.Bad("wrong-shape", "Wrong shape", "The last message has to be the user's: there is nothing to answer.", "messages")
            : turns;
    }

    private static ChatMessage ReadMessage(JsonElement message, string name)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw JsonFields.Wrong(name, "an object", message);
        }

        CompletionFields.Refuse(message, "tool_calls", "function_call", "audio");
        var role = message.GetText("role") switch
        {
            "system" or "developer" => "system",
            "user" => "user",
            "assistant" => "assistant",
            "tool" => "tool",
            _ => throw HttpProblem.Bad("wrong-shape", "Wrong shape", $"'{name}.role' has to be system, developer, user, assistant or tool.", name + ".role"),
        };
        return new ChatMessage(role, ReadContent(message, role, name + ".content"));
    }

    private static string ReadContent(JsonElement message, string role, string name)
    {
        if (!message.TryGet("content", out var content))
        {
            return role == "assistant" ? "" : throw HttpProblem.Bad("missing-field", "Missing field", $"The field '{name}' is missing.", name);
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString()!;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw JsonFields.Wrong(name, "a string or a list of parts", content);
        }

        var text = new StringBuilder();
        foreach (var part in content.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object || part.GetText("type") != "text")
            {
                throw HttpProblem.Bad("unsupported", "Unsupported", $"'{name}' holds something other than text; only parts of type 'text' are taken.", name);
            }

            text.Append(part.GetText("text"));
        }

        return text.ToString();
    }
}
