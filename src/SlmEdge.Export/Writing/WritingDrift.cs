using SlmEdge.Bundles.Drift;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Export.Writing;

/// <summary>What the shipped model wrote about the held-out rows, as a device will compare its own texts and answers with it.</summary>
internal static class WritingDrift
{
    // A device writes documents under the schema's constraint. Where the free answers are not nearly always such documents, their lengths are not those of the device.
    private const double LeastFollowing = 0.98;

    /// <summary>Makes the reference of the rows that are one text.</summary>
    /// <returns>The reference; <see langword="null"/> where there are too few rows.</returns>
    public static DriftReference? Reference(TaskDefinition task, WritingStageResult result, CancellationToken ct)
    {
        int[] rows = [.. Enumerable.Range(0, result.Answers.Count).Where(row => result.TextTokens[row] is not null)];
        if (rows.Length < DriftReference.MinRows)
        {
            return null;
        }

        JsonSchema? schema = task.Kind == TaskKind.Extract ? JsonSchema.Of(task) : null;
        bool[] asOnDevice = [.. result.Answers.Select((answer, row) => result.Ended[row] && (schema is null || WritingGoldenExamples.Follows(schema, answer)))];
        bool counts = schema is null || rows.Count(row => asOnDevice[row]) >= LeastFollowing * rows.Length;
        return DriftReferenceBuilder.Create(
            [.. rows.Select(row => new DriftAnswer(result.TextTokens[row]!, counts && asOnDevice[row] ? result.AnswerTokens[row] : null, schema is null && !result.Ended[row]))],
            result.UnknownTokens,
            ct: ct);
    }
}
