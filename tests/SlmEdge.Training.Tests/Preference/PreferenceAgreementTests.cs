using System.Text.Json;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Preference;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Tests.Peers;
using static TorchSharp.torch;

namespace SlmEdge.Training.Tests.Preference;

/// <summary>The losses against PyTorch's autograd on the same weights and rows, in TRL's padded form.</summary>
public sealed class PreferenceAgreementTests
{
    private const int Vocabulary = 97;
    private const double Beta = 0.3;

    [SkippableTheory]
    [InlineData(PreferenceLossKind.Dpo, 0, FineTuningMethod.Lora, false)]
    [InlineData(PreferenceLossKind.Dpo, 0.2, FineTuningMethod.Full, false)]
    [InlineData(PreferenceLossKind.Dpo, 0, FineTuningMethod.Qlora, true)]
    [InlineData(PreferenceLossKind.Ipo, 0, FineTuningMethod.Lora, false)]
    [InlineData(PreferenceLossKind.Ipo, 0, FineTuningMethod.Full, false)]
    [InlineData(PreferenceLossKind.Orpo, 0, FineTuningMethod.Lora, true)]
    [InlineData(PreferenceLossKind.Orpo, 0, FineTuningMethod.Full, false)]
    public void Loss_rewards_and_gradients_are_those_of_PyTorch(PreferenceLossKind loss, double smoothing, FineTuningMethod method, bool dora)
    {
        using var place = new TemporaryDirectory();
        var options = new DpoOptions
        {
            BaseDirectory = place.At("base"), TrainFile = "rows", OutputDirectory = place.At("run"),
            Loss = loss, Beta = Beta, LabelSmoothing = smoothing, Method = method, PackTokens = 150,
            Lora = new LoraConfig(4, 8, 0, [LoraConfig.AllLinear]) { UseDora = dora },
        };
        var pairs = Enumerable.Range(0, 5).Select(i => Pair(i, loss)).ToArray();
        using var model = ModelDirectory.CreateRandom(TinyModels.Config(Vocabulary), 5, 0.08);
        if (method == FineTuningMethod.Qlora)
        {
            model.ReplaceWeights(Nf4Weight.Quantize);
        }

        TrainableBase.Prepare(model, options, null);
        var objective = new DpoObjective(options, model, new PreferenceData(pairs, pairs, "tokens"));
        objective.Begin("run", null, default);
        if (method == FineTuningMethod.Full)
        {
            Write(place.At("reference.safetensors"), model.Parameters);
        }

        Perturb(model);
        var trainable = model.TrainableParameters();
        WriteJob(place, model, trainable, options, pairs);
        var expected = PyTorchPeer.Run("preference_peer.py", Path.GetDirectoryName(place.At("job.json"))!);

        var step = objective.Accumulate([.. Enumerable.Range(0, pairs.Length)], 1, new Random(1));
        Agree(step.Loss, expected.GetProperty("loss").GetDouble(), "loss");
        var rewards = step.Rewards.ShouldNotBeNull();
        Agree(rewards.Chosen, expected.GetProperty("chosen").GetDouble(), "chosen");
        Agree(rewards.Rejected, expected.GetProperty("rejected").GetDouble(), "rejected");
        Agree(rewards.Margin, expected.GetProperty("margin").GetDouble(), "margin");
        rewards.Accuracy.ShouldBe(expected.GetProperty("accuracy").GetDouble());

        // The validation set is the same pairs, so it scores what the step has seen.
        var score = objective.Evaluate();
        Agree(score.Loss, step.Loss, "validation");
        using var gradients = SafetensorsFile.Open(place.At("gradients.safetensors"));
        foreach (var (name, parameter) in trainable)
        {
            var want = gradients.ReadFloat32(name);
            var have = ModelDirectory.ReadValues(parameter.grad!);
            var scale = want.Max(Math.Abs);
            scale.ShouldBeGreaterThan(0, name);
            have.Zip(want, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThanOrEqualTo(1e-5f * Math.Max(scale, 1e-3f), name);
        }
    }

    [Fact]
    public void A_pair_computes_its_prompt_once()
    {
        var pair = Pair(0, PreferenceLossKind.Dpo);
        var batch = PreferenceBatch.Split([pair], 4096).Single();
        batch.Supervised.Pack.TokenCount.ShouldBe(pair.ComputedTokens);
        pair.ComputedTokens.ShouldBeLessThan(pair.Chosen.Example.Tokens.Length + pair.Rejected.Example.Tokens.Length - 40);
    }

    [Theory]
    [InlineData(PreferenceLossKind.Dpo, 0.1)]
    [InlineData(PreferenceLossKind.Ipo, 0)]
    [InlineData(PreferenceLossKind.Orpo, 0)]
    public void A_pair_loss_has_the_slopes_of_its_finite_differences(PreferenceLossKind kind, double smoothing)
    {
        const double Step = 1e-5;
        foreach (var (chosen, rejected) in new[] { (-3.0, -9.0), (-40.0, -7.0), (-0.02, -0.5), (-300.0, -310.0) })
        {
            PairLoss Loss(double c, double r) => PairLoss.Of(kind, new AnswerLikelihood(c, 3, -8), new AnswerLikelihood(r, 5, -12), Beta, smoothing);
            var loss = Loss(chosen, rejected);
            loss.ChosenSlope.ShouldBe((Loss(chosen + Step, rejected).Loss - Loss(chosen - Step, rejected).Loss) / (2 * Step), 1e-6 * Math.Max(1, Math.Abs(loss.ChosenSlope)));
            loss.RejectedSlope.ShouldBe((Loss(chosen, rejected + Step).Loss - Loss(chosen, rejected - Step).Loss) / (2 * Step), 1e-6 * Math.Max(1, Math.Abs(loss.RejectedSlope)));
        }
    }

    private static void Agree(double value, double expected, string what) => value.ShouldBe(expected, 1e-5 * Math.Max(Math.Abs(expected), 0.1), what);

    private static PreferencePair Pair(int index, PreferenceLossKind loss)
    {
        var random = new Random(20 + index);
        int[] prompt = [.. Enumerable.Range(0, 45 + (3 * index)).Select(_ => random.Next(Vocabulary))];
        PreferenceAnswer Answer(int length, bool wholeRow)
        {
            int[] tokens = [.. prompt, .. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary)), 1];
            bool[] said = [.. prompt.Select((_, i) => i is > 5 and < 9), .. Enumerable.Repeat(true, length), false];
            return PreferenceAnswer.Create(tokens, said, wholeRow, "rows", index)!;
        }

        return new PreferencePair(index, Answer(4 + index, loss == PreferenceLossKind.Orpo), Answer(7 - index, false), "rows", index);
    }

    private static void Perturb(DecoderModel model)
    {
        using var guard = no_grad();
        manual_seed(8);
        foreach (var (_, parameter) in model.TrainableParameters())
        {
            using var noise = randn_like(parameter);
            parameter.add_(noise.mul_(0.03));
        }
    }

    private static void WriteJob(
        TemporaryDirectory place, DecoderModel model, IReadOnlyList<KeyValuePair<string, Tensor>> trainable, DpoOptions options, PreferencePair[] pairs)
    {
        model.Config.Save(Path.GetDirectoryName(place.At("config.json"))!);
        using var scope = NewDisposeScope();
        var quantised = model.Linears.Where(l => l.Weight is BlockWeight).Select(l => KeyValuePair.Create(l.Name + ".weight", l.Weight.ToDense()));
        Write(place.At("model.safetensors"), model.Parameters.Concat(quantised));
        if (options.Method != FineTuningMethod.Full)
        {
            Write(place.At("adapter.safetensors"), trainable);
        }

        File.WriteAllText(place.At("job.json"), JsonSerializer.Serialize(new
        {
            loss = options.Loss.ToString().ToLowerInvariant(),
            beta = options.Beta,
            labelSmoothing = options.LabelSmoothing,
            scale = options.Lora.Scale,
            pairs = pairs.Select(p => new { chosen = Row(p.Chosen), rejected = Row(p.Rejected) }),
        }));
    }

    /// <summary>The whole row with its answer marked; a row that is not learned whole lacks its last, unpredicted token.</summary>
    private static object Row(PreferenceAnswer answer)
    {
        var example = answer.Example;
        int[] tokens = [.. example.Tokens, example.Targets[^1]];
        var marks = new bool[tokens.Length];
        foreach (var position in example.Positions[answer.Answer])
        {
            marks[position + 1] = true;
        }

        return new { tokens, answer = marks };
    }

    private static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors) => SafetensorsWriter.Write(
        path, [.. tensors.Select(t => SafetensorsEntry.FromFloat32(t.Key, [.. t.Value.shape], SafetensorsType.F32, ModelDirectory.ReadValues(t.Value)))]);
}
