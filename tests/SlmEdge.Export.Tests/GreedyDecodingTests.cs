using System.Numerics.Tensors;
using SlmEdge.Export.Tests.Models;
using SlmEdge.Training.Inference;

namespace SlmEdge.Export.Tests;

/// <summary>The trainer's decoder, which keeps keys and values of a batch, against the evaluation of each whole sequence for every token.</summary>
public sealed class GreedyDecodingTests
{
    public static TheoryData<string> Cases() => [.. FamilyCases.Names];

    /// <summary>Prompts within and beyond the windows of 24 tokens, of several lengths and some with a common beginning; rows end at different times.</summary>
    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void A_batch_with_a_cache_writes_what_each_sequence_evaluated_whole_writes(string name)
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config(name), seed: 41);
        int[] shared = TinyModel.Tokens(20, seed: 42);
        int[][] prompts = [TinyModel.Tokens(5, seed: 43), [.. shared, 7, 8, 9], [.. shared, 250], TinyModel.Tokens(40, seed: 44), shared];
        using TorchEngine engine = TorchEngine.Open(model, threads: 1);
        HashSet<int> ends = [.. Enumerable.Range(0, TinyModel.Vocabulary).Where(t => t % 23 == 0)];
        GreedyAnswer[] answers = engine.Answer(prompts, 30, [.. ends], CancellationToken.None);
        for (int i = 0; i < prompts.Length; i++)
        {
            (int[] tokens, bool ended) = Whole(engine, prompts[i], 30, ends);
            answers[i].Tokens.ShouldBe(tokens, $"prompt {i}");
            answers[i].Ended.ShouldBe(ended);
        }
    }

    /// <summary>Beyond the original context all positions are turned otherwise, and what was kept is made anew.</summary>
    [SkippableFact]
    public void Longrope_crosses_the_original_context_as_the_whole_sequence_does()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Config("phi3, tied, partial rotary, longrope"), seed: 45);
        int[] prompt = TinyModel.Tokens(250, seed: 46);
        using TorchEngine engine = TorchEngine.Open(model, threads: 1);
        engine.Answer([prompt], 14, [], CancellationToken.None)[0].Tokens.ShouldBe(Whole(engine, prompt, 14, []).Tokens);
    }

    [SkippableFact]
    public void An_answer_stops_at_the_end_of_the_context()
    {
        NativeEngines.Require();
        using var folder = new TemporaryFolder();
        string model = TinyModel.Write(folder.At("model"), FamilyCases.Of("llama") with { MaxPositionEmbeddings = 32 }, seed: 47);
        using TorchEngine engine = TorchEngine.Open(model, threads: 1);
        GreedyAnswer[] answers = engine.Answer([TinyModel.Tokens(28, seed: 48), TinyModel.Tokens(32, seed: 49), TinyModel.Tokens(10, seed: 50)], 6, [], CancellationToken.None);
        answers.Select(a => a.Tokens.Length).ShouldBe([4, 0, 6]);
        answers.ShouldAllBe(a => !a.Ended);
    }

    private static (int[] Tokens, bool Ended) Whole(TorchEngine engine, int[] prompt, int maxTokens, HashSet<int> ends)
    {
        var tokens = new List<int>(prompt);
        while (tokens.Count - prompt.Length < maxTokens)
        {
            float[] logits = engine.EvaluateLogits(tokens.ToArray());
            int next = TensorPrimitives.IndexOfMax(logits.AsSpan(logits.Length - engine.VocabularySize));
            if (ends.Contains(next))
            {
                return ([.. tokens.Skip(prompt.Length)], true);
            }

            tokens.Add(next);
        }

        return ([.. tokens.Skip(prompt.Length)], false);
    }
}
