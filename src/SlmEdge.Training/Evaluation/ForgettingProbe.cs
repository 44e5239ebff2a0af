using SlmEdge.Training.Inference;
using SlmEdge.Training.Pretraining;
using SlmEdge.Training.Tokenization;

namespace SlmEdge.Training.Evaluation;

/// <summary>Compares a model before and after training on general text: perplexity, agreement of the most likely tokens, and continuations to read.</summary>
internal static class ForgettingProbe
{
    private const int PassageTokens = 256;
    private const int Samples = 4;
    private const int SamplePrompt = 24;
    private const int SampleTokens = 32;

    public static ForgettingResult Run(EvaluationOptions options, Action<string>? message, CancellationToken ct)
    {
        var before = options.AgainstDirectory ?? options.BaseDirectory;
        using var tokenizer = BaseTokenizer.Open(options.BaseDirectory);
        using (var other = BaseTokenizer.Open(before))
        {
            if (other.Sha256 != tokenizer.Sha256)
            {
                throw new TrainingException("Perplexities compare only between models with the same tokenizer; --base and --against differ in theirs.");
            }
        }

        var passages = Passages(options, tokenizer, ct);
        message?.Invoke($"Scoring {passages.Sum(p => p.Length):N0} tokens of general text before and after");
        var first = Measure(before, options.AgainstDirectory is null ? null : options.AgainstAdapterDirectory, options.Threads, passages, ct);
        var second = Measure(options.BaseDirectory, options.AdapterDirectory, options.Threads, passages, ct);
        var agreeing = first.Best.Zip(second.Best, (a, b) => a == b ? 1.0 : 0.0).Average();
        return new ForgettingResult(
            first.Best.Count,
            Math.Exp(first.Loss),
            Math.Exp(second.Loss),
            agreeing,
            [.. first.Continuations.Select((text, i) => new ForgettingSample(
                tokenizer.Decode(passages[i].AsSpan(0, SamplePrompt)), tokenizer.Decode(text), tokenizer.Decode(second.Continuations[i])))]);
    }

    private static (double Loss, IReadOnlyList<int> Best, int[][] Continuations) Measure(
        string directory, string? adapter, int threads, int[][] passages, CancellationToken ct)
    {
        using var engine = TorchEngine.Open(directory, adapter, threads);
        double loss = 0;
        var best = new List<int>();
        foreach (var passage in passages)
        {
            ct.ThrowIfCancellationRequested();
            var (sum, likeliest) = engine.NextTokenLoss(passage);
            loss += sum;
            best.AddRange(likeliest);
        }

        int[][] continuations = [.. passages.Take(Samples).Select(p => engine.GenerateGreedy(p.AsSpan(0, SamplePrompt), SampleTokens, ct))];
        return (loss / best.Count, best, continuations);
    }

    /// <summary>Passages from all over the file, each with what the model expects at the beginning of a text.</summary>
    private static int[][] Passages(EvaluationOptions options, BaseTokenizer tokenizer, CancellationToken ct)
    {
        var passages = new List<int[]>();
        var wanted = (options.GeneralTokens + PassageTokens - 1) / PassageTokens;
        foreach (var document in CorpusReader.Read(options.GeneralFile!))
        {
            ct.ThrowIfCancellationRequested();
            int[] tokens = [tokenizer.BosTokenId ?? tokenizer.EosTokenId, .. tokenizer.Encode(document)];
            if (tokens.Length > SamplePrompt)
            {
                // One passage a document: many short looks say more about forgetting than one long one.
                passages.Add(tokens.Length > PassageTokens ? tokens[..PassageTokens] : tokens);
            }

            if (passages.Count == wanted)
            {
                break;
            }
        }

        return passages.Count > 0
            ? [.. passages]
            : throw new TrainingException($"'{options.GeneralFile}' has no document of more than {SamplePrompt} tokens to measure forgetting on.");
    }
}
