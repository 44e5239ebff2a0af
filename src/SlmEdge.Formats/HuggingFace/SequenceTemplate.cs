using System.Text.Json;

namespace SlmEdge.Formats.HuggingFace;

/// <summary>Which special tokens the <c>post_processor</c> of a <c>tokenizer.json</c> puts around a text (its <c>TemplateProcessing</c>).</summary>
internal sealed class SequenceTemplate
{
    private SequenceTemplate(IReadOnlyList<string> before, string? last, bool? separates)
    {
        Before = before;
        Last = last;
        Separates = separates;
    }

    /// <summary>The tokens before a text, in order.</summary>
    public IReadOnlyList<string> Before { get; }

    /// <summary>The token after a text, or null.</summary>
    public string? Last { get; }

    /// <summary>Whether two texts have an end or separator token between them; null where the template says nothing.</summary>
    public bool? Separates { get; }

    /// <param name="postProcessor">The field's JSON text, or null.</param>
    /// <param name="separators">The texts that count as separator: the end and the separator token.</param>
    public static SequenceTemplate Read(string? postProcessor, params string?[] separators)
    {
        if (postProcessor is not null && Find(JsonElement.Parse(postProcessor)) is { } template)
        {
            List<string?> single = Pieces(template, "single");
            List<string?> pair = Pieces(template, "pair");
            string[] before = [.. single.TakeWhile(piece => piece is not null).Select(piece => piece!)];
            string? last = single.Count > 1 ? single[^1] : null;

            // [begin] A [between…] B [end]: what is left of the pair between its texts.
            int start = before.Length > 0 && pair.Count > 0 && pair[0] == before[0] ? 1 : 0;
            int stop = pair.Count - (last is not null && pair.Count > 0 && pair[^1] == last ? 1 : 0);
            string?[] between = stop - start > 2 ? [.. pair[(start + 1)..(stop - 1)]] : [];
            bool? separates = between.Length == 0
                ? null
                : (last is null && IsSeparator(between[0])) || (between.Length == 2 && IsSeparator(between[1]));
            return new SequenceTemplate(before, last, separates);
        }

        return new SequenceTemplate([], null, null);

        bool IsSeparator(string? piece) => piece is not null && separators.Contains(piece);
    }

    private static JsonElement? Find(JsonElement processor)
    {
        if (processor.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        if (processor.TryGetProperty("single", out _))
        {
            return processor;
        }

        return processor.TryGetProperty("processors", out JsonElement steps) && steps.ValueKind == JsonValueKind.Array
            ? steps.EnumerateArray().Select(Find).FirstOrDefault(found => found is not null)
            : null;
    }

    /// <summary>The special tokens of a template; null stands for a text.</summary>
    private static List<string?> Pieces(JsonElement template, string name)
    {
        var pieces = new List<string?>();
        if (template.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in list.EnumerateArray())
            {
                pieces.Add(item.ValueKind == JsonValueKind.Object
                    && item.TryGetProperty("SpecialToken", out JsonElement special) && special.ValueKind == JsonValueKind.Object
                    && special.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String
                    ? id.GetString()
                    : null);
            }
        }

        return pieces;
    }
}
