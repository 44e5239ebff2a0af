using System.Text.Json;

namespace SlmEdge.Tasks.Metrics;

/// <summary>How well extracted JSON agrees with the wanted JSON, leaf by leaf.</summary>
/// <remarks>
/// A leaf is a path and a value; elements of an array have no index in their path, so that their order does not count, but how often a leaf occurs does.
/// Numbers agree when their values do. An answer that is not JSON has no leaves.
/// </remarks>
/// <param name="Rows">Answers scored.</param>
/// <param name="Valid">Share of the answers that are JSON.</param>
/// <param name="Exact">Share of the answers with exactly the wanted leaves.</param>
/// <param name="Precision">Share of the answers' leaves that were wanted.</param>
/// <param name="Recall">Share of the wanted leaves that the answers have.</param>
/// <param name="F1">Harmonic mean of the two.</param>
public sealed record JsonFieldScores(int Rows, double Valid, double Exact, double Precision, double Recall, double F1)
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Scores answers.</summary>
    /// <param name="wanted">The wanted JSON of each row.</param>
    /// <param name="answers">The answer to each row, of any form.</param>
    /// <exception cref="ArgumentException">The lists differ in length, are empty, or a wanted text is not JSON.</exception>
    public static JsonFieldScores Compute(IReadOnlyList<string> wanted, IReadOnlyList<string> answers)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        ArgumentNullException.ThrowIfNull(answers);
        if (wanted.Count != answers.Count || wanted.Count == 0)
        {
            throw new ArgumentException($"{wanted.Count} wanted texts and {answers.Count} answers cannot be compared.", nameof(answers));
        }

        JsonFieldCounts[] counts = [.. wanted.Zip(answers, Count)];
        JsonFieldCounts sum = JsonFieldCounts.Sum(counts, [.. Enumerable.Range(0, counts.Length)]);
        double rows = wanted.Count;
        return new JsonFieldScores(
            wanted.Count, counts.Count(count => count.IsJson) / rows, counts.Count(count => count.IsExact) / rows, sum.Precision, sum.Recall, sum.F1);
    }

    /// <summary>Counts the leaves of one answer.</summary>
    /// <param name="wanted">The wanted JSON.</param>
    /// <param name="answer">The answer, of any form.</param>
    /// <exception cref="ArgumentException">The wanted text is not JSON.</exception>
    public static JsonFieldCounts Count(string wanted, string answer)
    {
        Dictionary<string, int> target = Leaves(wanted) ?? throw new ArgumentException($"The wanted text '{wanted}' is not JSON.", nameof(wanted));
        Dictionary<string, int>? found = Leaves(answer);
        int shared = target.Sum(leaf => Math.Min(leaf.Value, found?.GetValueOrDefault(leaf.Key) ?? 0));
        return new JsonFieldCounts(found is not null, shared, target.Values.Sum(), found?.Values.Sum() ?? 0);
    }

    /// <summary>True when a text is one JSON value.</summary>
    /// <param name="text">Any text.</param>
    public static bool IsJson(string text) => Leaves(text) is not null;

    private static Dictionary<string, int>? Leaves(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var leaves = new Dictionary<string, int>(StringComparer.Ordinal);
            Collect(document.RootElement, "$", leaves);
            return leaves;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Collect(JsonElement value, string path, Dictionary<string, int> leaves)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    Collect(property.Value, $"{path}.{JsonEncodedText.Encode(property.Name)}", leaves);
                }

                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                foreach (JsonElement element in value.EnumerateArray())
                {
                    Collect(element, path + "[]", leaves);
                }

                break;
            default:
                string leaf = $"{path}={Canonical(value)}";
                leaves[leaf] = leaves.GetValueOrDefault(leaf) + 1;
                break;
        }
    }

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "\"" + value.GetString(),
        JsonValueKind.Number => value.TryGetDecimal(out decimal exact)
            ? (exact / 1.000000000000000000000000000000000m).ToString(System.Globalization.CultureInfo.InvariantCulture)
            : value.GetDouble().ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => value.GetRawText().Trim(),
    };
}
