using SlmEdge.Formats.JsonLines;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Models;
using SlmEdge.Training.Pretraining;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.FineTuning;

/// <summary>
/// General rows against forgetting. Of plain text (<c>.txt</c>, <c>.jsonl</c> with <c>text</c>, also <c>.gz</c>) every token of a piece is learned; of rows
/// with <c>instruction</c> and <c>output</c>, or with <c>messages</c>, the answers.
/// </summary>
internal static class GeneralData
{
    /// <summary>Tokens of a piece of plain text: enough context to predict in, short enough to vary from step to step.</summary>
    private const int PieceTokens = 256;

    /// <summary>The mix of a run, null when it has none.</summary>
    /// <param name="options">Settings of the run.</param>
    /// <param name="tokenizer">The base's tokenizer.</param>
    /// <param name="maxLength">Longest row in tokens.</param>
    /// <param name="rows">The run's own rows, over all passes; no more general rows are read than go with these.</param>
    /// <param name="message">Told how many rows there are.</param>
    /// <exception cref="TrainingException">The files hold nothing to mix in.</exception>
    /// <exception cref="DataFormatException">A row is malformed or too long.</exception>
    public static GeneralMix? Load(FineTuningOptions options, BaseTokenizer tokenizer, int maxLength, long rows, Action<string>? message)
    {
        if (options.GeneralShare == 0)
        {
            return null;
        }

        var wanted = GeneralMix.DueAfter(rows, options.GeneralShare);
        if (wanted == 0)
        {
            throw new TrainingException(
                $"--general-share {options.GeneralShare} of {rows} rows is not one general row in the whole run; raise it, or leave --general out.");
        }

        var perFile = (int)Math.Min(int.MaxValue, (wanted + options.GeneralFiles.Count - 1) / options.GeneralFiles.Count);
        var prompt = new GenerationPrompt(tokenizer, BaseChatTemplate.Load(options.BaseDirectory));
        SupervisedExample[] examples = [.. options.GeneralFiles.SelectMany(file => Read(file, tokenizer, prompt, maxLength).Take(perFile))];
        if (examples.Length == 0)
        {
            throw new TrainingException($"There is nothing to mix in: {string.Join(", ", options.GeneralFiles.Select(f => $"'{f}'"))} hold no text of two tokens or more.");
        }

        message?.Invoke($"{examples.Length:N0} general rows are mixed in, {options.GeneralShare:P0} of all rows");
        return new GeneralMix(examples, options.GeneralShare, options.Seed);
    }

    private static IEnumerable<SupervisedExample> Read(string file, BaseTokenizer tokenizer, GenerationPrompt prompt, int maxLength) => KindOf(file) switch
    {
        "messages" => MessagesReader.Read(file).Select(row => RenderedRow.Of(row.File, row.Row, () =>
        {
            var (tokens, supervised) = prompt.EncodeMessages(row.Messages);
            return Checked(SupervisedExample.OfMask(tokens, supervised, row.File, row.Row), tokens.Length, maxLength);
        })),
        "output" => InstructionReader.Read(file).Select(row => RenderedRow.Of(row.File, row.Row, () =>
        {
            var (question, answer) = (prompt.Encode(row.Instruction, row.Input), prompt.EncodeAnswer(row.Output));
            return Checked(SupervisedExample.OfAnswer(question, answer, ..0, -1, row.File, row.Row), question.Length + answer.Length, maxLength);
        })),
        _ => Pieces(file, tokenizer, Math.Min(PieceTokens, maxLength)),
    };

    /// <summary>Pieces of each document, each begun as a text begins, so that no row depends on what stood before it.</summary>
    private static IEnumerable<SupervisedExample> Pieces(string file, BaseTokenizer tokenizer, int length)
    {
        long document = 0;
        foreach (var text in CorpusReader.Read(file))
        {
            document++;
            var tokens = tokenizer.Encode(text);
            for (var start = 0; start + 1 < tokens.Length; start += length - 1)
            {
                int[] piece = [tokenizer.BosTokenId ?? tokenizer.EosTokenId, .. tokens.AsSpan(start, Math.Min(length - 1, tokens.Length - start))];
                var supervised = new bool[piece.Length];
                Array.Fill(supervised, true);
                yield return SupervisedExample.OfMask(piece, supervised, file, document);
            }
        }
    }

    private static SupervisedExample Checked(SupervisedExample example, int tokens, int maxLength) =>
        tokens > maxLength ? throw new DataFormatException(example.File, example.Row, $"the general row renders to {tokens} tokens, more than the {maxLength} that fit; shorten or remove it")
        : example.Targets.Length == 0 ? throw new DataFormatException(example.File, example.Row, "every token of the general row is masked, so there is nothing to learn from it; remove it")
        : example;

    /// <summary>The column that says what the rows are; null for plain text.</summary>
    private static string? KindOf(string file)
    {
        if (!File.Exists(file))
        {
            throw new TrainingException($"The general data '{file}' does not exist.");
        }

        if (Path.GetExtension(file) is not (".jsonl" or ".ndjson"))
        {
            return Path.GetExtension(file) is ".csv" ? "output" : null;
        }

        var first = JsonLinesReader.Read(file).FirstOrDefault();
        return first is { Value.ValueKind: System.Text.Json.JsonValueKind.Object } ? new[] { "messages", "output" }.FirstOrDefault(c => first.Value.TryGetProperty(c, out _)) : null;
    }
}
