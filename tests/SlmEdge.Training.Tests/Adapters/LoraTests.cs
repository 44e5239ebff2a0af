using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Adapters;

public sealed class LoraTests
{
    private static readonly int[] Sequence = [5, 17, 3, 88, 41, 9, 62, 30, 11];

    [Fact]
    public void A_fresh_adapter_changes_nothing()
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        var before = Logits(model);
        model.AttachAdapters(new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]));
        Logits(model).ShouldBe(before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Adapter_gradients_equal_finite_differences(bool quantised)
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        if (quantised)
        {
            model.ReplaceWeights(Nf4Weight.Quantize);
        }

        model.AttachAdapters(new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]));
        Randomise(model);
        Loss(model, backward: true);
        foreach (var (name, parameter) in model.TrainableParameters())
        {
            var gradient = ModelDirectory.ReadValues(parameter.grad!);
            gradient.Max(Math.Abs).ShouldBeGreaterThan(0, name);
            var direction = gradient.Select(g => (float)Math.Sign(g)).ToArray();
            var slope = gradient.Zip(direction, (g, d) => (double)g * d).Sum();
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            var step = tensor(direction).view(parameter.shape) * 2e-3;
            parameter.add_(step);
            var above = Loss(model, backward: false);
            parameter.sub_(step).sub_(step);
            var below = Loss(model, backward: false);
            parameter.add_(step);
            ((above - below) / 4e-3).ShouldBe(slope, (0.03 * Math.Abs(slope)) + 0.02, name);
        }
    }

    [Fact]
    public void The_base_receives_no_gradient()
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        model.AttachAdapters(new LoraConfig(4, 8, 0, ["q_proj", "down_proj"]));
        Randomise(model);
        Loss(model, backward: true);
        model.Parameters.Count(p => p.Value.grad is not null).ShouldBe(0);
        model.TrainableParameters().Count.ShouldBe(2 * 2 * 2);
    }

    [Fact]
    public void An_adapter_survives_the_PEFT_layout_exactly()
    {
        using var place = new TemporaryDirectory();
        var baseDirectory = TinyModels.WriteBase(place);
        var config = new LoraConfig(4, 8, 0.1, ["q_proj", "v_proj"]);
        using var model = ModelDirectory.Load(baseDirectory);
        model.AttachAdapters(config);
        Randomise(model);
        var expected = Logits(model);
        AdapterDirectory.Save(model, config, place.At("adapter"), baseDirectory, ModelDirectory.Hash(baseDirectory));

        using var other = ModelDirectory.Load(baseDirectory);
        AdapterDirectory.CheckBase(place.At("adapter"), baseDirectory);
        AdapterDirectory.Load(other, place.At("adapter"));
        Logits(other).ShouldBe(expected);
        AdapterDirectory.ReadSettings(place.At("adapter")).TargetModules.ShouldBe(["q_proj", "v_proj"]);
    }

    [Fact]
    public void An_adapter_of_another_base_is_refused()
    {
        using var place = new TemporaryDirectory();
        var first = TinyModels.WriteBase(place, 1, "first");
        var second = TinyModels.WriteBase(place, 2, "second");
        var config = new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]);
        using var model = ModelDirectory.Load(first);
        model.AttachAdapters(config);
        AdapterDirectory.Save(model, config, place.At("adapter"), first, ModelDirectory.Hash(first));
        Should.Throw<TrainingException>(() => AdapterDirectory.CheckBase(place.At("adapter"), second)).Message.ShouldContain("another base");
    }

    [Fact]
    public void A_target_that_matches_nothing_is_named_with_what_there_is()
    {
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(97), 3);
        var error = Should.Throw<TrainingException>(() => model.AttachAdapters(new LoraConfig(4, 8, 0, ["query"])));
        error.Message.ShouldContain("'query'");
        error.Message.ShouldContain("q_proj");
    }

    [Theory]
    [InlineData(0, 8, 0)]
    [InlineData(4, -1, 0)]
    [InlineData(4, double.NaN, 0)]
    [InlineData(4, 8, 1)]
    public void Settings_out_of_range_are_refused(int rank, double alpha, double dropout) =>
        Should.Throw<TrainingException>(() => new LoraConfig(rank, alpha, dropout, [LoraConfig.AllLinear]).Validate());

    [Fact]
    public void An_NF4_base_computes_with_exactly_its_dequantised_weights()
    {
        using var quantised = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        using var dense = ModelDirectory.CreateRandom(TinyModels.Config(97), 3, 0.08);
        quantised.ReplaceWeights(Nf4Weight.Quantize);
        var restored = quantised.Linears.ToDictionary(l => l.Name, l => l.Weight);
        foreach (var linear in dense.Linears)
        {
            linear.ReplaceWeight(new DenseWeight(restored[linear.Name].ToDense()));
        }

        Logits(quantised).ShouldBe(Logits(dense));
    }

    private static void Randomise(DecoderModel model)
    {
        using var guard = no_grad();
        manual_seed(12);
        foreach (var (_, parameter) in model.TrainableParameters())
        {
            using var noise = randn(parameter.shape);
            parameter.copy_(noise.mul_(0.1));
        }
    }

    private static float[] Logits(DecoderModel model)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        return ModelDirectory.ReadValues(model.Logits(model.Forward(new PackedSequences([Sequence]))));
    }

    private static double Loss(DecoderModel model, bool backward)
    {
        using var scope = NewDisposeScope();
        var hidden = model.Forward(new PackedSequences([Sequence]));
        long[] positions = [3, 8];
        long[] targets = [40, 12];
        return backward
            ? ChunkedCrossEntropy.Backward(hidden, positions, targets, model.Head, 1)
            : ChunkedCrossEntropy.Evaluate(hidden, positions, targets, model.Head);
    }
}
