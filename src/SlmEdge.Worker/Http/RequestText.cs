using Microsoft.AspNetCore.Http;

namespace SlmEdge.Worker.Http;

/// <summary>What a request asks about, kept for its line in the log where the owner wants that.</summary>
internal sealed record RequestText(string Text)
{
    private const int MaxCharacters = 2000;

    /// <summary>Notes the texts of a request.</summary>
    public static void Note(HttpContext context, WorkerOptions options, params IReadOnlyList<string> texts)
    {
        if (options.LogText)
        {
            var text = string.Join("\n", texts);
            context.Features.Set(new RequestText(text.Length > MaxCharacters ? text[..MaxCharacters] : text));
        }
    }
}
