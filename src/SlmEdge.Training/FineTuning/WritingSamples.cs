using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Families;
using SlmEdge.Training.Inference;
using SlmEdge.Training.Runs;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.FineTuning;

/// <summary>Greedy answers to some validation rows, for people to read beside the wanted ones.</summary>
internal static class WritingSamples
{
    private const int Rows = 8;
    private const int MaxTokens = 160;

    public static IReadOnlyList<WrittenSample> Write(
        DecoderModel model, BaseTokenizer tokenizer, GenerationPrompt prompt, IReadOnlyList<WritingRow> rows, CancellationToken cancellationToken)
    {
        model.SetTraining(false);
        WritingRow[] chosen = [.. rows.Take(Rows)];
        GreedyAnswer[] answers = GreedyDecoder.ContinueAll(model, [.. chosen.Select(r => r.Prompt)], MaxTokens, prompt.EndTokens, cancellationToken);
        return [.. chosen.Zip(answers, (row, answer) => new WrittenSample(row.Question, row.Reference, tokenizer.Decode(answer.Tokens).Trim() + (answer.Ended ? "" : " …")))];
    }
}
