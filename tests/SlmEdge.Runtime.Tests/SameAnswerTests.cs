using SlmEdge.Engines.Sampling;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

/// <summary>The same text gets the same scores whatever else runs: bit for bit where that was asked for, closely otherwise.</summary>
public sealed class SameAnswerTests
{
    private static readonly LabelTrie OneToken = new([[20], [21], [22], [23]]);
    private static readonly LabelTrie Longer = new([[20, 30], [20, 31, 40], [20, 31, 41, 7], [21, 30], [21, 33, 44], [22], [23, 9, 9, 9]]);

    [Theory]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    [InlineData("f16")]
    [InlineData("f32")]
    [InlineData("onnx")]
    public async Task Scores_are_the_same_bits_alone_and_in_mixed_company(string kind)
    {
        using var model = new RandomModel(kind, repeatable: true);
        var (alone, together) = await Compare(model, count: 160, generations: 8);
        for (var i = 0; i < alone.Length; i++)
        {
            together[i].AsSpan().SequenceEqual(alone[i]).ShouldBeTrue($"text {i}");
        }
    }

    [Theory]
    [InlineData("q8_0")]
    [InlineData("onnx")]
    public async Task Without_the_repeatable_mode_scores_stay_close(string kind)
    {
        using var model = new RandomModel(kind, repeatable: false);
        var (alone, together) = await Compare(model, count: 60, generations: 4);
        for (var i = 0; i < alone.Length; i++)
        {
            for (var label = 0; label < alone[i].Length; label++)
            {
                // Random weights in 8 bits are rougher than a trained model's.
                together[i][label].ShouldBe(alone[i][label], kind == "onnx" ? 1e-3f : 0.2f);
            }
        }
    }

    [Fact]
    public async Task Labels_with_more_nodes_than_the_memory_has_room_for_are_scored_in_parts_with_the_same_result()
    {
        // 400 labels of three tokens below 20 first ones: more inner nodes than there are sequences.
        var many = new LabelTrie([.. Enumerable.Range(0, 400).Select(i => new[] { 20 + (i / 20), 50 + (i % 20), 100 + (i % 7) })]);
        using var model = new RandomModel("f32", repeatable: true);
        float[] some;
        using (var sequences = model.Open())
        using (var scheduler = new SequenceScheduler(sequences, new SchedulerOptions()))
        {
            some = (await scheduler.Enqueue(new ScoreRequest([1, 2, 3], [4, 5, 6], many))).LogProbs;
            foreach (var label in new[] { 0, 77, 399 })
            {
                var single = new LabelTrie([many.GetTokens(label).ToArray()]);
                (await scheduler.Enqueue(new ScoreRequest([1, 2, 3], [4, 5, 6], single))).LogProbs[0].ShouldBe(some[label]);
            }
        }
    }

    private static async Task<(float[][] Alone, float[][] Together)> Compare(RandomModel model, int count, int generations)
    {
        var random = new Random(3);
        int[] Tokens(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(10, 300))];
        int[][] prefixes = [Tokens(37), Tokens(6), Tokens(90)];
        var texts = Enumerable.Range(0, count).Select(i => Tokens(i == 5 ? 140 : random.Next(1, 30))).ToArray();
        ScoreRequest Request(int i) => new(prefixes[i % 3], texts[i], i % 2 == 0 ? OneToken : Longer);
        var alone = new float[count][];
        using (var sequences = model.Open())
        using (var scheduler = new SequenceScheduler(sequences, new SchedulerOptions()))
        {
            for (var i = 0; i < count; i++)
            {
                alone[i] = (await scheduler.Enqueue(Request(i))).LogProbs;
            }
        }

        using (var sequences = model.Open())
        using (var scheduler = new SequenceScheduler(sequences, new SchedulerOptions { BatchTexts = 40 }))
        {
            var order = Enumerable.Range(0, count).ToArray();
            random.Shuffle(order);
            var answers = Enumerable.Range(0, generations).Select(i => scheduler.Enqueue(new GenerateRequest(Tokens(5 + (9 * i)), 5 + (5 * i), model.Tokenizer)
            {
                Sampling = new SamplingOptions { Temperature = 1, Seed = (uint)i },
            })).ToArray();
            var pending = new Task<ScoreResult>[count];
            foreach (var i in order)
            {
                pending[i] = await scheduler.EnqueueWhenRoomAsync(Request(i));
            }

            var together = (await Task.WhenAll(pending)).Select(result => result.LogProbs).ToArray();
            await Task.WhenAll(answers);
            return (alone, together);
        }
    }
}
