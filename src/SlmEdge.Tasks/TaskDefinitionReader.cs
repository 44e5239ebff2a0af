using System.Text;
using System.Text.Json;

namespace SlmEdge.Tasks;

/// <summary>Reads a task definition strictly: a key that is not known is an error, because a misspelt option would otherwise be lost.</summary>
internal static class TaskDefinitionReader
{
    /// <summary>No task definition written by a person comes near this; larger files are something else.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly string[] TaskKeys = ["name", "kind", "instruction", "labels", "schema", "prompt", "decision"];
    private static readonly string[] LabelKeys = ["name", "description", "code", "groups"];
    private static readonly string[] PromptKeys = ["labelsInPrompt", "verbalizer"];
    private static readonly string[] DecisionKeys = ["abstainBelow", "multiLabel", "labelThreshold", "coverage"];

    public static TaskDefinition Load(string path)
    {
        byte[] bytes;
        try
        {
            using FileStream stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                throw new TaskDefinitionException($"{stream.Length} bytes; a task definition has at most {MaxBytes}", path);
            }

            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TaskDefinitionException($"cannot be read: {e.Message}", path, inner: e);
        }

        string text;
        try
        {
            ReadOnlySpan<byte> content = bytes;
            text = new UTF8Encoding(false, true).GetString(content.StartsWith(Encoding.UTF8.Preamble) ? content[3..] : content);
        }
        catch (DecoderFallbackException e)
        {
            throw new TaskDefinitionException($"is not UTF-8 (byte {e.Index}); save it as UTF-8", path, inner: e);
        }

        return Parse(text, path);
    }

    public static TaskDefinition Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 64 });
            return Read(document.RootElement, source);
        }
        catch (JsonException e)
        {
            throw new TaskDefinitionException(
                $"is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1} of the line): {e.Message}", source, inner: e);
        }
    }

    public static TaskDefinition Read(JsonElement root, string? source)
    {
        CheckKeys(root, TaskKeys, "", source);
        TaskKind kind = Enumeration<TaskKind>(root, "kind", "", source) ?? throw Missing("kind", source);
        var task = new TaskDefinition
        {
            Name = Text(root, "name", "", source) ?? throw Missing("name", source),
            Kind = kind,

            // A dialogue begins with its own system turn, or with none.
            Instruction = Text(root, "instruction", "", source) ?? (kind == TaskKind.Chat ? "" : throw Missing("instruction", source)),
            Labels = Labels(root, source),
            Schema = root.TryGetProperty("schema", out JsonElement schema) ? schema.Clone() : null,
            Prompt = Prompt(root, source),
            Decision = Decision(root, source),
        };
        task.Validate(source);
        return task;
    }

    private static List<LabelDefinition> Labels(JsonElement root, string? source)
    {
        var labels = new List<LabelDefinition>();
        if (!root.TryGetProperty("labels", out JsonElement array))
        {
            return labels;
        }

        if (array.ValueKind != JsonValueKind.Array)
        {
            throw WrongType("labels", "an array", array, source);
        }

        foreach (JsonElement item in array.EnumerateArray())
        {
            string at = $"labels[{labels.Count}]";
            if (item.ValueKind == JsonValueKind.String)
            {
                labels.Add(new LabelDefinition(Text(item, at, source)));
                continue;
            }

            CheckKeys(item, LabelKeys, at, source);
            labels.Add(new LabelDefinition(
                Text(item, "name", at, source) ?? throw Missing($"{at}.name", source),
                Text(item, "description", at, source),
                Text(item, "code", at, source))
            {
                Groups = Groups(item, at, source),
            });
        }

        return labels;
    }

    private static string[] Groups(JsonElement label, string at, string? source)
    {
        if (!label.TryGetProperty("groups", out JsonElement groups))
        {
            return [];
        }

        return groups.ValueKind == JsonValueKind.Array
            ? [.. groups.EnumerateArray().Select((group, i) => group.ValueKind == JsonValueKind.String
                ? Text(group, $"{at}.groups[{i}]", source)
                : throw WrongType($"{at}.groups[{i}]", "a string", group, source))]
            : throw WrongType($"{at}.groups", "an array of strings, the widest group first", groups, source);
    }

    private static PromptOptions Prompt(JsonElement root, string? source)
    {
        var options = new PromptOptions();
        if (!root.TryGetProperty("prompt", out JsonElement prompt))
        {
            return options;
        }

        CheckKeys(prompt, PromptKeys, "prompt", source);
        return new PromptOptions
        {
            LabelsInPrompt = Flag(prompt, "labelsInPrompt", "prompt", source) ?? options.LabelsInPrompt,
            Verbalizer = Enumeration<Verbalizer>(prompt, "verbalizer", "prompt", source) ?? options.Verbalizer,
        };
    }

    private static DecisionOptions Decision(JsonElement root, string? source)
    {
        if (!root.TryGetProperty("decision", out JsonElement decision))
        {
            return new DecisionOptions();
        }

        CheckKeys(decision, DecisionKeys, "decision", source);
        return new DecisionOptions
        {
            AbstainBelow = Number(decision, "abstainBelow", "decision", source) ?? new DecisionOptions().AbstainBelow,
            MultiLabel = Flag(decision, "multiLabel", "decision", source) ?? false,
            LabelThreshold = Number(decision, "labelThreshold", "decision", source),
            Coverage = Number(decision, "coverage", "decision", source),
        };
    }

    private static bool? Flag(JsonElement parent, string key, string at, string? source) =>
        !parent.TryGetProperty(key, out JsonElement flag) ? null : flag.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw WrongType($"{at}.{key}", "true or false", flag, source),
        };

    private static double? Number(JsonElement parent, string key, string at, string? source)
    {
        if (!parent.TryGetProperty(key, out JsonElement element))
        {
            return null;
        }

        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value)
            ? value
            : throw WrongType($"{at}.{key}", "a number", element, source);
    }

    private static void CheckKeys(JsonElement element, string[] known, string at, string? source)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw WrongType(at.Length == 0 ? "the definition" : at, "an object", element, source);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string name = Name(property, at, source);
            string key = at.Length == 0 ? name : $"{at}.{name}";
            if (Array.IndexOf(known, name) < 0)
            {
                throw new TaskDefinitionException($"unknown key; known here: {string.Join(", ", known)}", source, key);
            }

            if (!seen.Add(name))
            {
                throw new TaskDefinitionException("the key stands there twice", source, key);
            }
        }
    }

    private static string Name(JsonProperty property, string at, string? source)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new TaskDefinitionException("a key contains half of a surrogate pair", source, at.Length == 0 ? null : at, e);
        }
    }

    private static string? Text(JsonElement parent, string key, string at, string? source)
    {
        string element = at.Length == 0 ? key : $"{at}.{key}";
        return !parent.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null
            ? null
            : value.ValueKind == JsonValueKind.String ? Text(value, element, source) : throw WrongType(element, "a string", value, source);
    }

    private static string Text(JsonElement value, string element, string? source)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new TaskDefinitionException("contains half of a surrogate pair (\\uD800 to \\uDFFF); remove it", source, element, e);
        }
    }

    private static T? Enumeration<T>(JsonElement parent, string key, string at, string? source)
        where T : struct, Enum
    {
        if (Text(parent, key, at, source) is not { } text)
        {
            return null;
        }

        foreach (T value in Enum.GetValues<T>())
        {
            if (text == value.ToString().ToLowerInvariant())
            {
                return value;
            }
        }

        string known = string.Join(", ", Enum.GetNames<T>().Select(name => $"'{name.ToLowerInvariant()}'"));
        throw new TaskDefinitionException($"'{text}' is not known; use one of {known}", source, at.Length == 0 ? key : $"{at}.{key}");
    }

    private static TaskDefinitionException Missing(string element, string? source) => new("missing", source, element);

    private static TaskDefinitionException WrongType(string element, string expected, JsonElement found, string? source) =>
        new($"has to be {expected}, not {found.ValueKind.ToString().ToLowerInvariant()}", source, element);
}
