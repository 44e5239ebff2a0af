using FsCheck;
using FsCheck.Fluent;
using SlmEdge.Runtime.Scheduling;
using SlmEdge.Runtime.Scheduling.Labels;
using SlmEdge.Tasks.Labels;

namespace SlmEdge.Runtime.Tests;

/// <summary>Leaving out labels that cannot matter changes nothing beyond the tolerance.</summary>
public sealed class LikelyLabelsTests
{
    private const int Vocabulary = 12;

    [Fact]
    public void Probabilities_are_those_of_all_labels_to_the_tolerance_whatever_the_trie_the_scores_and_the_temperature() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var trie = RandomTrie(random);
            var temperature = Math.Exp((random.NextDouble() * 3) - 1.5);
            var tolerance = new[] { 1e-6, 1e-3, 0.05 }[random.Next(3)];
            var sharpness = random.NextDouble() * 12;
            var scores = new NodeScores(trie);
            var all = new NodeScores(trie);
            var logits = Enumerable.Range(0, trie.NodeCount)
                .Select(_ => Enumerable.Range(0, Vocabulary).Select(_ => (float)(random.NextDouble() * sharpness)).ToArray()).ToArray();
            for (var node = 0; node < trie.NodeCount; node++)
            {
                all.Read(node, logits[node]);
            }

            var likely = new LikelyNodes(scores, tolerance, temperature);
            var shape = LabelShape.Of(trie);
            var nodes = new Queue<int>();
            var evaluated = 0;
            scores.Read(0, logits[0]);
            likely.Expand(0);
            while (likely.Next(nodes))
            {
                while (nodes.TryDequeue(out var node))
                {
                    for (; node >= 0; node = shape.GetOnlyInnerChild(node))
                    {
                        scores.Read(node, logits[node]);
                        likely.Expand(node);
                        evaluated++;
                    }
                }
            }

            var found = new float[trie.LabelCount];
            likely.Complete(found);
            var expected = Enumerable.Range(0, trie.LabelCount).Select(label => (float)all[trie.GetLabelNode(label)]).ToArray();
            LabelScores.ApplyTemperature(found, temperature);
            LabelScores.ApplyTemperature(expected, temperature);
            var worst = found.Zip(expected, (a, b) => Math.Abs(Math.Exp(a) - Math.Exp(b))).Max();
            var best = expected.Max();
            return (worst <= (2 * tolerance) + 1e-6 && expected[LabelScores.Best(found)] >= best - 1e-5f && evaluated <= shape.InnerNodes).Label($"{worst} of {tolerance}, {evaluated} of {shape.InnerNodes} nodes");
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_sure_model_is_asked_about_few_nodes()
    {
        // 64 labels of four tokens below eight first ones; every step is sure of its first token.
        var trie = new LabelTrie([.. Enumerable.Range(0, 64).Select(i => new[] { i / 8, i % 8, 3, 4 })]);
        var scores = new NodeScores(trie);
        var likely = new LikelyNodes(scores, 1e-6, 1);
        var nodes = new Queue<int>();
        float[] logits = [30, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        scores.Read(0, logits);
        likely.Expand(0);
        likely.Next(nodes).ShouldBeTrue();
        nodes.ShouldBe([trie.Find([0])]);
    }

    [Theory]
    [InlineData("f32", true)]
    [InlineData("f32", false)]
    [InlineData("q8_0", true)]
    [InlineData("onnx", true)]
    [InlineData("onnx", false)]
    public async Task Both_engines_give_the_labels_and_probabilities_of_every_label_evaluated(string kind, bool repeatable)
    {
        using var model = new RandomModel(kind, repeatable);
        var random = new Random(7);
        var labels = new LabelTrie([.. Enumerable.Range(0, 40).Select(i => (int[])[20 + (i / 8), 40 + (i % 8), .. Enumerable.Range(0, i % 5).Select(k => 60 + k)])]);
        var texts = Enumerable.Range(0, 24).Select(_ => Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(10, 300)).ToArray()).ToArray();
        using var sequences = model.Open();
        using var scheduler = new SequenceScheduler(sequences, new SchedulerOptions());
        foreach (var tolerance in new[] { 1e-6, 0.02 })
        {
            var every = await Task.WhenAll(texts.Select(text => scheduler.Enqueue(new ScoreRequest([1, 2, 3], text, labels))));
            var likely = await Task.WhenAll(texts.Select(text => scheduler.Enqueue(new ScoreRequest([1, 2, 3], text, labels) { Tolerance = tolerance, Temperature = 1.3 })));
            for (var i = 0; i < texts.Length; i++)
            {
                var expected = every[i].LogProbs;
                var found = likely[i].LogProbs;
                LabelScores.ApplyTemperature(expected, 1.3);
                LabelScores.ApplyTemperature(found, 1.3);
                var margin = tolerance + (repeatable ? 1e-5 : 1e-3);
                for (var label = 0; label < labels.LabelCount; label++)
                {
                    Math.Exp(found[label]).ShouldBe(Math.Exp(expected[label]), margin, $"text {i}, label {label}");
                }
            }
        }
    }

    [Theory]
    [InlineData("q8_0")]
    [InlineData("f32")]
    [InlineData("onnx")]
    public async Task Scores_of_likely_labels_are_the_same_bits_alone_and_in_company_and_where_the_room_does_not_suffice(string kind)
    {
        using var model = new RandomModel(kind, repeatable: true);
        var random = new Random(11);

        // More nodes than there are sequences, and a flat model that has to be asked about all of them.
        var many = new LabelTrie([.. Enumerable.Range(0, 400).Select(i => new[] { 20 + (i / 20), 50 + (i % 20), 100 + (i % 7) })]);
        var few = new LabelTrie([.. Enumerable.Range(0, 30).Select(i => new[] { 20 + (i / 6), 50 + (i % 6), 100 + (i % 7), 9 })]);
        var texts = Enumerable.Range(0, 40).Select(_ => Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(10, 300)).ToArray()).ToArray();
        ScoreRequest Request(int i) => new([1, 2, 3, 4, 5], texts[i], kind != "onnx" && i % 13 == 0 ? many : few) { Tolerance = 1e-3, Temperature = 1.5 };
        var alone = new float[texts.Length][];
        using (var sequences = model.Open())
        using (var scheduler = new SequenceScheduler(sequences, new SchedulerOptions()))
        {
            for (var i = 0; i < texts.Length; i++)
            {
                alone[i] = (await scheduler.Enqueue(Request(i))).LogProbs;
            }
        }

        using (var sequences = model.Open())
        using (var scheduler = new SequenceScheduler(sequences, new SchedulerOptions()))
        {
            var together = await Task.WhenAll(Enumerable.Range(0, texts.Length).Select(i => scheduler.Enqueue(Request(i))));
            for (var i = 0; i < texts.Length; i++)
            {
                together[i].LogProbs.AsSpan().SequenceEqual(alone[i]).ShouldBeTrue($"text {i}");
            }
        }
    }

    private static LabelTrie RandomTrie(Random random)
    {
        var labels = new HashSet<string>();
        while (labels.Count < 1 + random.Next(40))
        {
            labels.Add(string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => (char)('a' + random.Next(random.Next(1, Vocabulary))))));
        }

        return new LabelTrie([.. labels.Select(label => label.Select(letter => letter - 'a').ToArray())]);
    }
}
