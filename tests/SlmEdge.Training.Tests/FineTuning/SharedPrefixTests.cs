using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.FineTuning;

public sealed class SharedPrefixTests
{
    [Theory]
    [InlineData(FineTuningMethod.Full, 1)]
    [InlineData(FineTuningMethod.Lora, 1)]
    [InlineData(FineTuningMethod.Qlora, 1)]
    [InlineData(FineTuningMethod.Full, 8)]
    [InlineData(FineTuningMethod.Lora, 8)]
    public void A_batch_behind_one_prefix_has_the_loss_and_gradients_of_its_rows_one_by_one(FineTuningMethod method, int answer)
    {
        // With eight answer tokens the supervised positions begin inside the shared prefix.
        var examples = new[] { 3, 6, 4, 6 }.Select((length, i) => Example(Tokens(50, length, i), answer, i)).ToArray();
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 5, 0.08);
        Prepare(model, method);
        var trainable = model.TrainableParameters();

        var shared = SupervisedBatch.Split(examples, 4096).ToArray();
        shared.Length.ShouldBe(1);
        shared[0].Pack.TokenCount.ShouldBe(50 + 3 + 6 + 4 + 6);
        var (loss, gradients) = Gradients(model, trainable, shared);
        var (expected, expectedGradients) = Gradients(model, trainable, examples.SelectMany(e => SupervisedBatch.Split([e], 4096)));

        loss.ShouldBe(expected, 1e-5 * expected);
        for (var i = 0; i < gradients.Length; i++)
        {
            var scale = expectedGradients[i].Max(Math.Abs);
            var difference = gradients[i].Zip(expectedGradients[i], (a, b) => Math.Abs(a - b)).Max();
            difference.ShouldBeLessThanOrEqualTo(1e-5f * Math.Max(scale, 1e-3f), trainable[i].Key);
        }
    }

    [Fact]
    public void A_prefix_is_repeated_only_in_packs_that_hold_some_of_its_rows()
    {
        var examples = Enumerable.Range(0, 10).Select(i => Example(Tokens(50, 10, i), 1, i)).ToArray();
        var batches = SupervisedBatch.Split(examples, 90).ToArray();
        batches.Select(b => b.Pack.TokenCount).ShouldBe([90, 90, 70]);
        batches.SelectMany(b => b.Examples).Select(e => e.Row).ShouldBe(Enumerable.Range(0, 10).Select(i => (long)i));
    }

    [Fact]
    public void Token_dropout_leaves_the_prefix_shared()
    {
        var random = new Random(3);
        var examples = Enumerable.Range(0, 4).Select(i => Example(Tokens(50, 30, i), 1, i).WithTokenDropout(0.3, random)).ToArray();
        examples.Sum(e => e.Tokens.Length).ShouldBeLessThan(4 * 80);
        SupervisedBatch.Split(examples, 4096).Single().Pack.TokenCount.ShouldBe(50 + examples.Sum(e => e.Tokens.Length - 50));
    }

    private static void Prepare(DecoderModel model, FineTuningMethod method)
    {
        if (method == FineTuningMethod.Full)
        {
            model.Unfreeze();
            return;
        }

        if (method == FineTuningMethod.Qlora)
        {
            model.ReplaceWeights(Nf4Weight.Quantize);
        }

        manual_seed(8);
        model.AttachAdapters(new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]));
        using var guard = no_grad();
        foreach (var (_, parameter) in model.TrainableParameters())
        {
            parameter.add_(randn_like(parameter).mul_(0.05));
        }
    }

    private static (double Loss, float[][] Gradients) Gradients(
        DecoderModel model, IReadOnlyList<KeyValuePair<string, Tensor>> trainable, IEnumerable<SupervisedBatch> batches)
    {
        foreach (var (_, parameter) in trainable)
        {
            parameter.grad = null;
        }

        double sum = 0;
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            sum += ChunkedCrossEntropy.Backward(model.Forward(batch.Pack), batch.Positions, batch.Targets, model.Head, 0.25);
        }

        return (sum, [.. trainable.Select(p => ModelDirectory.ReadValues(p.Value.grad!))]);
    }

    private static int[] Tokens(int prefix, int own, int seed)
    {
        var (same, random) = (new Random(1), new Random(10 + seed));
        return [.. Enumerable.Range(0, prefix).Select(_ => same.Next(97)), (30 + seed) % 97, .. Enumerable.Range(1, own - 1).Select(_ => random.Next(97))];
    }

    private static SupervisedExample Example(int[] tokens, int answer, int row) =>
        new(tokens, [.. Enumerable.Range(tokens.Length - answer, answer)], [.. Enumerable.Range(0, answer).Select(a => (a * 5) + row)], 50..tokens.Length, -1, "rows", row);
}
