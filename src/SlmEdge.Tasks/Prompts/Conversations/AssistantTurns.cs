using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Templates;

namespace SlmEdge.Tasks.Prompts.Conversations;

/// <summary>
/// Which characters of a rendered conversation the model has to write. Where the template says so by <c>{% generation %}</c>, those. Otherwise
/// every turn of the assistant from its own first character up to and with the control token that ends it; the last turn begins where the
/// generation prompt ends, since from there on the model writes.
/// </summary>
/// <remarks>
/// The turns are found by the origin of characters. Rendering ever longer prefixes of the conversation would not find them: phi-3 and
/// Qwen 3 render earlier turns otherwise when another one follows.
/// </remarks>
internal static class AssistantTurns
{
    /// <summary>The spans, in order.</summary>
    /// <param name="template">The template.</param>
    /// <param name="text">The rendered conversation.</param>
    /// <param name="messages">Its messages.</param>
    /// <param name="controls">The control tokens in it.</param>
    /// <param name="promptEnd">Where the generation prompt of the last turn ends; null where it is no part of the conversation.</param>
    /// <exception cref="ChatTemplateException">The turns cannot be told from the rest.</exception>
    public static IReadOnlyList<LearnedSpan> Find(
        ChatTemplate template, TemplateText text, IReadOnlyList<ChatMessage> messages, IReadOnlyList<ControlTokenPlace> controls, int? promptEnd)
    {
        if (template.MarksGeneration)
        {
            return Marked(text);
        }

        var spans = new List<LearnedSpan>();
        for (int i = 0; i < messages.Count; i++)
        {
            if (messages[i].Role == "assistant")
            {
                (int first, int last) = Extent(template, text, i);
                int start = i == messages.Count - 1 && promptEnd <= first ? promptEnd.Value : first;
                spans.Add(new LearnedSpan(start, EndOfTurn(template, text, i, first, last, controls)));
            }
        }

        return spans;
    }

    private static List<LearnedSpan> Marked(TemplateText text)
    {
        var spans = new List<LearnedSpan>();
        foreach (TextRun run in text.Runs.Where(run => run.Origin.Generated))
        {
            if (spans.Count > 0 && spans[^1].End == run.Start)
            {
                spans[^1] = spans[^1] with { End = run.End };
            }
            else
            {
                spans.Add(new LearnedSpan(run.Start, run.End));
            }
        }

        return spans;
    }

    private static (int First, int Last) Extent(ChatTemplate template, TemplateText text, int message)
    {
        int first = -1;
        int last = -1;
        foreach (TextRun run in text.Runs.Where(run => run.Origin.Source == message))
        {
            first = first < 0 ? run.Start : first;
            last = run.End;
        }

        return first >= 0 ? (first, last) : throw Refuse(template, message, "leaves it out");
    }

    private static int EndOfTurn(ChatTemplate template, TemplateText text, int message, int first, int last, IReadOnlyList<ControlTokenPlace> controls)
    {
        ControlTokenPlace? end = null;
        foreach (ControlTokenPlace place in controls)
        {
            if (place.Start >= first && place.Start < last)
            {
                throw Refuse(template, message, $"puts '{place.Token.Text}' inside of it");
            }

            if (place.Start >= last)
            {
                end = place;
                break;
            }
        }

        int until = end?.End ?? text.Length;
        if (text.Runs.Any(run => run.Start < until && run.End > first && !run.Origin.IsTemplate && run.Origin.Source != message))
        {
            throw Refuse(template, message, "puts text of others between it and the next control token");
        }

        return end?.End ?? throw Refuse(template, message, "does not end it with a control token of this vocabulary");
    }

    private static ChatTemplateException Refuse(ChatTemplate template, int message, string what) => new(
        $"it cannot be told which tokens are the assistant's: the template {what} (messages[{message}]). Use a template that marks them with {{% generation %}} and {{% endgeneration %}}",
        template.Name);
}
