using SlmEdge.Engines.LlamaCpp;
using SlmEdge.Engines.LlamaCpp.Generation;
using SlmEdge.Engines.Sampling;
using SlmEdge.Engines.Scoring;

namespace SlmEdge.Engines.Tests.LlamaCpp;

public sealed class GenerationTests
{
    private static readonly SamplingOptions Warm = new() { Temperature = 0.8f, TopK = 5, Seed = 11 };

    [SkippableFact]
    public void Greedy_prompts_together_give_what_each_gives_alone()
    {
        using var engine = Open();
        string[] starts = ["Once upon a time", "Once upon a day, Tom", "The dog", "Lily saw a big", "Mom", "It was a sunny day and"];
        var prompts = starts.Select(text => Prompt(engine, text)).ToArray();

        var together = Generate(engine, prompts.Select(prompt => new GenerationRequest(prompt, 20, SamplingOptions.Greedy)));

        for (var i = 0; i < prompts.Length; i++)
        {
            together[i][0].Tokens.ShouldBe(engine.GenerateGreedy(prompts[i], 20));
            together[i][0].End.ShouldBe(GenerationEnd.Length);
        }
    }

    [SkippableFact]
    public void Drawn_tokens_have_the_frequencies_of_the_truncated_and_tempered_softmax()
    {
        using var engine = Open();
        var prompt = Prompt(engine, "Once upon a time, there was a little");
        var row = engine.EvaluateLogits(prompt).AsSpan((prompt.Length - 1) * engine.VocabularySize).ToArray();
        var top = Enumerable.Range(0, row.Length).OrderByDescending(token => row[token]).Take(5).ToArray();
        var weights = top.Select(token => Math.Exp((row[token] - row[top[0]]) / 0.8)).ToArray();
        const int draws = 3000;

        var requests = Enumerable.Range(0, draws / 30).Select(i => new GenerationRequest(prompt, 1, Warm with { Seed = (uint)(1000 + (30 * i)) }, 30));
        var drawn = Generate(engine, requests).SelectMany(samples => samples).SelectMany(sample => sample.Tokens).ToArray();

        drawn.Length.ShouldBe(draws);
        var chiSquare = top.Select((token, i) =>
        {
            var expected = draws * weights[i] / weights.Sum();
            return Math.Pow(drawn.Count(t => t == token) - expected, 2) / expected;
        }).Sum();
        drawn.ShouldAllBe(token => top.Contains(token));

        // Four degrees of freedom: one in a thousand right samplers exceeds this; the seeds are fixed.
        chiSquare.ShouldBeLessThan(18.47);
    }

    [SkippableFact]
    public void Log_probabilities_are_the_models_own()
    {
        using var engine = Open();
        var prompt = Prompt(engine, "Tom had a");

        var sample = Generate(engine, [new GenerationRequest(prompt, 10, Warm)])[0][0];

        int[] whole = [.. prompt, .. sample.Tokens];
        var logits = engine.EvaluateLogits(whole);
        for (var i = 0; i < sample.Tokens.Length; i++)
        {
            var row = logits.AsSpan((prompt.Length - 1 + i) * engine.VocabularySize, engine.VocabularySize);
            sample.LogProbs[i].ShouldBe((float)(row[sample.Tokens[i]] - LogSoftmax.LogSumExp(row)), 1e-3f);
        }
    }

    [SkippableFact]
    public void The_same_seed_draws_the_same_text_and_the_next_sample_another()
    {
        using var engine = Open();
        var request = new GenerationRequest(Prompt(engine, "Once upon a time"), 24, Warm, 2);

        var first = Generate(engine, [request])[0];
        var second = Generate(engine, [request])[0];

        second.Select(s => s.Text).ShouldBe(first.Select(s => s.Text));
        first[0].Text.ShouldNotBe(first[1].Text);
    }

    [SkippableFact]
    public void A_stop_text_ends_the_answer_and_is_not_part_of_it()
    {
        using var engine = Open();
        var prompt = Prompt(engine, "Once upon a time");
        var whole = Generate(engine, [new GenerationRequest(prompt, 24, SamplingOptions.Greedy)])[0][0].Text;
        whole.ShouldContain("little girl");

        var stopped = Generate(engine, [new GenerationRequest(prompt, 24, SamplingOptions.Greedy, 1, ["zzz", "le gir"])])[0][0];

        stopped.End.ShouldBe(GenerationEnd.StopText);
        stopped.Text.ShouldBe(whole[..whole.IndexOf("le gir", StringComparison.Ordinal)]);
    }

    [SkippableFact]
    public void A_repetition_penalty_keeps_recent_tokens_away()
    {
        using var engine = Open();
        var request = new GenerationRequest(Prompt(engine, "Once upon a time"), 24, SamplingOptions.Greedy with { RepetitionPenalty = 50f });

        Generate(engine, [request])[0][0].Tokens.ShouldBeUnique();
    }

    [SkippableFact]
    public void More_requests_than_memory_wait_for_their_turn()
    {
        using var engine = LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1, ContextLength = 64, BatchTokens = 16, MaxSequences = 32 });
        string[] starts = ["Once upon", "The dog", "A cat", "Mom said", "One day", "Tim and", "It was", "She had"];

        var requests = starts.Select(text => new GenerationRequest(Prompt(engine, text), 40, Warm, 2));
        var texts = Generate(engine, requests);

        texts.Count.ShouldBe(starts.Length);
        texts.ShouldAllBe(samples => samples.Count == 2 && samples.All(s => s.Tokens.Length > 0));
        Should.Throw<EngineException>(() => Generate(engine, [new GenerationRequest([1, 2], 40, Warm, 4)]))
            .Message.ShouldContain("key-value memory");
        Generate(engine, [new GenerationRequest(Prompt(engine, "Once upon"), 4, SamplingOptions.Greedy)])[0][0].Tokens.Length.ShouldBe(4);
    }

    private static List<IReadOnlyList<GeneratedText>> Generate(LlamaCppEngine engine, IEnumerable<GenerationRequest> requests)
    {
        var all = requests.ToArray();
        var results = new Dictionary<GenerationRequest, IReadOnlyList<GeneratedText>>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<GenerationRequest>(all);
        engine.Generate(() => waiting.TryDequeue(out var request) ? request : null, results.Add);
        return [.. all.Select(request => results[request])];
    }

    private static LlamaCppEngine Open() =>
        LlamaCppEngine.Open(SharedData.Stories(), new LlamaCppOptions { Threads = 1, HalfPrecisionCache = false, FullSequences = 4 });

    private static int[] Prompt(LlamaCppEngine engine, string text) => [engine.Tokenizer.BosTokenId!.Value, .. engine.Tokenizer.Encode(text)];
}
