using System.Diagnostics;
using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Export.Bundling;
using SlmEdge.Export.Proof;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Metrics;
using SlmEdge.Tasks.Prompts;

namespace SlmEdge.Export.Writing;

/// <summary>Lets every stage answer the same held-out rows with the prompts of the training.</summary>
/// <param name="task">The task.</param>
/// <param name="rows">The rows.</param>
/// <param name="promptSha256">Identity of the rendering in the training.</param>
/// <param name="chatTemplate">The base model's chat template.</param>
internal sealed class WritingStageScorer(TaskDefinition task, IReadOnlyList<WritingRow> rows, string promptSha256, string? chatTemplate)
{
    /// <summary>Answers the rows.</summary>
    /// <exception cref="ExportException">The stage renders another prompt than the model was trained with.</exception>
    public WritingStageResult Score(StageDefinition stage, WritingStageResult? reference, IProgress<ExportProgress>? progress, CancellationToken ct)
    {
        using StageEngine opened = stage.Open();
        var prompt = new GenerationPrompt(opened.Tokenizer, opened.Tokenizer is LlamaTokenizer llama ? llama.ChatTemplate : chatTemplate);
        if (prompt.IdentityOf(task) != promptSha256)
        {
            throw new ExportException(
                $"Stage '{stage.Stage}' renders another prompt than the model was trained with: its chat template or the task has changed since the training.");
        }

        // An answer more than twice as long as any reference will not end well; a base model that never ends would take hours.
        int limit = 16 + (2 * rows.Max(row => opened.Tokenizer.Encode(row.Reference).Length));
        var answers = new string[rows.Count];
        var ended = new bool[rows.Count];
        int[] lengths = new int[rows.Count];
        long start = Stopwatch.GetTimestamp();
        for (int row = 0; row < rows.Count; row++)
        {
            progress?.Report(new ExportProgress(stage.Stage, row, rows.Count));
            int[] tokens = rows[row].Encode(prompt);
            int room = opened.Engine.ContextLength - tokens.Length;
            if (room < 1)
            {
                throw new ExportException($"Row {row + 1} of the held-out rows does not fit the context of {opened.Engine.ContextLength} tokens.");
            }

            int[] written = opened.Engine.GenerateGreedy(tokens, Math.Min(limit, room), ct);
            int end = Array.FindIndex(written, token => prompt.EndTokens.Contains(token));
            lengths[row] = end >= 0 ? end : written.Length;
            ended[row] = end >= 0 || written.Length < Math.Min(limit, room);

            // An untrained model may choose rows that pad its embedding and stand for no token.
            int[] tokensOfText = [.. written.Take(lengths[row]).Where(token => token < opened.Tokenizer.VocabularySize)];
            answers[row] = opened.Tokenizer.Decode(tokensOfText).Trim();
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        progress?.Report(new ExportProgress(stage.Stage, rows.Count, rows.Count));
        (double exact, double score) = Measure(answers);
        int? changed = reference is null ? null : answers.Where((answer, row) => answer != reference.Answers[row]).Count();
        return new WritingStageResult(stage, answers, ended, exact, score, changed, rows.Count / seconds) 
        {
            EngineDescription = opened.Description,
            AnswerTokens = lengths,
            TextTokens = [.. rows.Select(row => row.Text is { } text ? opened.Tokenizer.Encode(text.Trim()) : null)],
            UnknownTokens = [.. DriftRows.UnknownTokens(opened.Tokenizer)],
        };
    }

    private (double Exact, double Score) Measure(string[] answers)
    {
        if (task.Kind == TaskKind.Extract)
        {
            JsonFieldCounts[] counts = [.. rows.Select((row, i) => JsonFieldScores.Count(row.Reference, answers[i]))];
            int[] all = [.. Enumerable.Range(0, counts.Length)];
            return (counts.Average(count => count.IsExact ? 1.0 : 0), JsonFieldCounts.Sum(counts, all).F1);
        }

        return (rows.Select((row, i) => row.Reference == answers[i] ? 1.0 : 0).Average(), rows.Select((row, i) => RougeL.Score(row.Reference, answers[i])).Average());
    }
}
