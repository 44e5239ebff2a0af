using System.Text.Json;

namespace SlmEdge.Tasks.Templates;

/// <summary>What a chat template is rendered with.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The conversation: an array of objects with <c>role</c> and <c>content</c>, and whatever else the template reads.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>The tools (an array), or null for none.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Whether the beginning of the assistant's turn is put at the end.</summary>
    public bool AddGenerationPrompt { get; init; }

    /// <summary>The text of control tokens by the name that templates know them by: <c>bos_token</c>, <c>eos_token</c>, <c>pad_token</c>, <c>unk_token</c>.</summary>
    public IReadOnlyDictionary<string, string> ControlTokens { get; init; } = new Dictionary<string, string>();

    /// <summary>Further variables, such as <c>enable_thinking</c> or <c>date_string</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Variables { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>
    /// What <c>strftime_now</c> takes for now. Null leaves the function undefined, so that the same conversation renders alike on every day; templates
    /// that ask whether it is defined then use a date of their own.
    /// </summary>
    public DateTime? Now { get; init; }
}
