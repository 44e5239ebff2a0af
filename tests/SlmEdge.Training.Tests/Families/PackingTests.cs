using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Families;

public sealed class PackingTests
{
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [InlineData(true, 4)]
    public void A_packed_batch_gives_the_loss_and_gradients_of_its_sequences_one_by_one(bool tied, int kvHeads) =>
        PackedAsSingle(TinyModels.Config(97, tied, kvHeads));

    public static TheoryData<string> OtherFamilies() => [.. ModelFamilies.All.Select(f => f.ModelType).Where(t => t is not ("llama" or "mistral"))];

    [Theory]
    [MemberData(nameof(OtherFamilies))]
    public void Packing_changes_nothing_in_other_families(string modelType) => PackedAsSingle(TinyModels.Config(97, modelType));

    private static void PackedAsSingle(DecoderConfig config)
    {
        int[][] sequences = [Random(11, 1), Random(4, 2), Random(1, 3), Random(23, 4)];
        using var model = ModelDirectory.CreateRandom(config, 5, 0.08);
        model.Unfreeze();

        var packed = Gradients(() => LossOf(model, sequences, 1.0));
        var single = Gradients(() => sequences.Sum(s => LossOf(model, [s], 1.0)));

        packed.Loss.ShouldBe(single.Loss, 1e-5 * single.Loss);
        foreach (var (name, expected) in single.Values)
        {
            var scale = expected.Max(Math.Abs);
            var difference = packed.Values[name].Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            difference.ShouldBeLessThanOrEqualTo(1e-5f * Math.Max(scale, 1e-3f), name);
        }

        (double Loss, Dictionary<string, float[]> Values) Gradients(Func<double> run)
        {
            foreach (var (_, parameter) in model.Parameters)
            {
                parameter.grad = null;
            }

            var loss = run();
            return (loss, model.Parameters.ToDictionary(p => p.Key, p => ModelDirectory.ReadValues(p.Value.grad!)));
        }
    }

    public static TheoryData<string> Families() => [.. ModelFamilies.All.Select(f => f.ModelType)];

    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_of_the_chunked_loss_equal_finite_differences(string modelType)
    {
        var sequence = Random(40, 9);
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97, modelType), 6, 0.08);
        model.Unfreeze();
        LossOf(model, [sequence], 1.0);
        foreach (var (name, parameter) in model.Parameters.Where((_, i) => i % 4 == 0))
        {
            var gradient = ModelDirectory.ReadValues(parameter.grad!);
            var direction = gradient.Select(g => (float)Math.Sign(g)).ToArray();
            var slope = gradient.Zip(direction, (g, d) => (double)g * d).Sum();
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var step = tensor(direction).view(parameter.shape) * 1e-3;
            parameter.add_(step);
            var above = LossOnly(model, sequence);
            parameter.sub_(step).sub_(step);
            var below = LossOnly(model, sequence);
            parameter.add_(step);
            ((above - below) / 2e-3).ShouldBe(slope, 0.02 * Math.Abs(slope) + 0.02, name);
        }
    }

    [Fact]
    public void A_sequence_longer_than_the_context_is_refused()
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 5);
        Should.Throw<TrainingException>(() => model.Forward(new PackedSequences([new int[129]]))).Message.ShouldContain("128");
    }

    private static double LossOf(Training.Families.DecoderModel model, int[][] sequences, double weight)
    {
        using var scope = NewDisposeScope();
        var pack = new PackedSequences(sequences);
        var (positions, targets) = Targets(pack);
        return ChunkedCrossEntropy.Backward(model.Forward(pack), positions, targets, model.Head, weight, model.Config.LogitSoftcap);
    }

    private static double LossOnly(Training.Families.DecoderModel model, int[] sequence)
    {
        using var scope = NewDisposeScope();
        var pack = new PackedSequences([sequence]);
        var (positions, targets) = Targets(pack);
        return ChunkedCrossEntropy.Evaluate(model.Forward(pack), positions, targets, model.Head, model.Config.LogitSoftcap);
    }

    /// <summary>Every position is supervised with some token that depends on it alone.</summary>
    private static (long[] Positions, long[] Targets) Targets(PackedSequences pack) =>
        ([.. Enumerable.Range(0, pack.TokenCount).Select(i => (long)i)], [.. pack.Tokens.Zip(pack.Positions, (t, p) => ((t * 7) + p) % 97)]);

    private static int[] Random(int length, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(97))];
    }
}
