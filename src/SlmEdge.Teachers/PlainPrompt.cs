using SlmEdge.Tasks.Data;

namespace SlmEdge.Teachers;

/// <summary>A dialogue as plain text, for models that have no chat template and for <c>/v1/completions</c>.</summary>
internal static class PlainPrompt
{
    /// <summary>The turns under each other and the cue that the task prompts end with.</summary>
    public static string Render(IReadOnlyList<ChatMessage> messages) =>
        string.Join("\n\n", messages.Select(message => message.Content.Trim())) + "\nAnswer:";
}
