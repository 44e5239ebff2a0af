namespace SlmEdge.Tasks.Data;

/// <summary>
/// Dialogues written as one text, each turn opened by an empty line and <c>Human:</c> or <c>Assistant:</c>: the form of the
/// Anthropic hh-rlhf preference data (Bai et al. 2022, arXiv 2204.05862).
/// </summary>
internal static class TranscribedDialogue
{
    private const string Human = "\n\nHuman:";
    private const string Assistant = "\n\nAssistant:";

    /// <summary>Whether a text is of this form.</summary>
    public static bool Is(string text) => text.StartsWith(Human, StringComparison.Ordinal);

    /// <summary>The turns, white space around each taken away.</summary>
    public static List<ChatMessage> Parse(string text)
    {
        var turns = new List<ChatMessage>();
        int at = 0;
        while (at < text.Length)
        {
            bool human = text.AsSpan(at).StartsWith(Human, StringComparison.Ordinal);
            int start = at + (human ? Human.Length : Assistant.Length);
            int nextHuman = text.IndexOf(Human, start, StringComparison.Ordinal);
            int nextAssistant = text.IndexOf(Assistant, start, StringComparison.Ordinal);
            at = Math.Min(nextHuman < 0 ? text.Length : nextHuman, nextAssistant < 0 ? text.Length : nextAssistant);
            turns.Add(new ChatMessage(human ? "user" : "assistant", text[start..at].Trim()));
        }

        return turns;
    }
}
