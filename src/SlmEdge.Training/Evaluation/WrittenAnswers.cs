using System.Text.Json;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;
using SlmEdge.Tasks.Metrics;

namespace SlmEdge.Training.Evaluation;

/// <summary>A model's answers with what each is worth; scores of any choice of rows follow from it.</summary>
internal sealed class WrittenAnswers
{
    private readonly JsonFieldCounts[]? _fields;
    private readonly bool[] _fitsSchema = [];

    /// <param name="task">The task.</param>
    /// <param name="references">The wanted answers.</param>
    /// <param name="answers">The answers.</param>
    /// <param name="ended">Whether each came to its end.</param>
    /// <param name="losses">Sum of the losses of each reference's tokens.</param>
    /// <param name="tokens">Number of those tokens.</param>
    public WrittenAnswers(TaskDefinition task, IReadOnlyList<string> references, IReadOnlyList<string> answers, bool[] ended, double[] losses, int[] tokens)
    {
        (Answers, Ended, Losses, Tokens) = (answers, ended, losses, tokens);
        RougeL = [.. references.Zip(answers, Tasks.Metrics.RougeL.Score)];
        if (task.Kind != TaskKind.Extract)
        {
            Exact = [.. references.Zip(answers, (reference, answer) => string.Equals(reference, answer, StringComparison.Ordinal))];
            return;
        }

        var schema = JsonSchema.Of(task);
        _fields = [.. references.Zip(answers, JsonFieldScores.Count)];
        _fitsSchema = [.. answers.Select(answer => Fits(schema, answer))];
        Exact = [.. _fields.Select(count => count.IsExact)];
    }

    public IReadOnlyList<string> Answers { get; }

    public bool[] Exact { get; }

    public double[] RougeL { get; }

    public bool HasFields => _fields is not null;

    private bool[] Ended { get; }

    private double[] Losses { get; }

    private int[] Tokens { get; }

    public WritingScores Score()
    {
        var rows = Exact.Length;
        int[] all = [.. Enumerable.Range(0, rows)];
        return new WritingScores(ExactMatch(all), MeanRougeL(all), Perplexity(all), 1 - ((double)Ended.Count(e => e) / rows))
        {
            ExactMatchInterval = Bootstrap.Interval(rows, ExactMatch),
            RougeLInterval = Bootstrap.Interval(rows, MeanRougeL),
            PerplexityInterval = Bootstrap.Interval(rows, Perplexity),
            Documents = _fields is null ? null : new DocumentScores(
                (double)_fields.Count(f => f.IsJson) / rows,
                (double)_fitsSchema.Count(f => f) / rows,
                JsonFieldCounts.Sum(_fields, all).Precision,
                JsonFieldCounts.Sum(_fields, all).Recall,
                FieldF1(all),
                Bootstrap.Interval(rows, FieldF1)),
        };
    }

    public double ExactMatch(ReadOnlySpan<int> rows)
    {
        var exact = 0;
        foreach (var row in rows)
        {
            exact += Exact[row] ? 1 : 0;
        }

        return (double)exact / rows.Length;
    }

    public double MeanRougeL(ReadOnlySpan<int> rows)
    {
        double sum = 0;
        foreach (var row in rows)
        {
            sum += RougeL[row];
        }

        return sum / rows.Length;
    }

    public double FieldF1(ReadOnlySpan<int> rows) => JsonFieldCounts.Sum(_fields!, rows).F1;

    private double Perplexity(ReadOnlySpan<int> rows)
    {
        double loss = 0;
        long tokens = 0;
        foreach (var row in rows)
        {
            loss += Losses[row];
            tokens += Tokens[row];
        }

        return Math.Exp(loss / tokens);
    }

    private static bool Fits(JsonSchema schema, string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer, new JsonDocumentOptions { MaxDepth = 64 });
            return schema.FindViolation(document.RootElement) is null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
