using System.Globalization;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.JsonLines;
using SlmEdge.Formats.Numerics;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using SlmEdge.Training.Quantization;
using SlmEdge.Training.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Export.Weights;

/// <summary>
/// Chooses the base that an adapter is merged into when the trainer held it in another form than it is stored in. An adapter of QLoRA has learned to make up for
/// the rounding of NF4; added to the original base it corrects an error that is no longer there.
/// </summary>
public static class MergeComparison
{
    /// <summary>Divergence above which a merge is refused, in nats: twice what the int4 export costs a small model.</summary>
    public const double DefaultMaxKl = 0.01;

    private const int MostRows = 64;
    private const int MostPlaces = 512;
    private const long DistributionBytes = 1L << 26;

    /// <summary>Measures both candidates on the validation rows of the adapter's run, where it learned a token, and keeps the nearer one: of classifications behind the prompt, of texts within the answers.</summary>
    /// <param name="baseDirectory">The base.</param>
    /// <param name="adapterDirectory">The adapter; its run's record is looked for in the folder above.</param>
    /// <param name="type">Type in which the merged matrices are kept.</param>
    /// <param name="maxKl">Largest divergence, in nats.</param>
    /// <param name="ct">Stops between two prompts.</param>
    /// <exception cref="ExportException">Both candidates diverge further than that.</exception>
    public static MergeChoice Choose(
        string baseDirectory, string adapterDirectory, SafetensorsType type, double maxKl = DefaultMaxKl, CancellationToken ct = default)
    {
        if (AdapterDirectory.ReadSettings(adapterDirectory).HeldForm is not { } form)
        {
            return new MergeChoice(MergeBase.AsTrained, null, null, 0, "merged into the base, which was trained on as it is stored");
        }

        if (Probes(baseDirectory, adapterDirectory, out string? reason) is not { } probes)
        {
            return new MergeChoice(MergeBase.AsTrained, null, null, 0, $"merged into the base as trained ({form.Name()}); the divergence was not measured: {reason}");
        }

        float[][] trained;
        using (DecoderModel model = ModelDirectory.Load(baseDirectory, HeldBase.Forms(form)))
        {
            AdapterDirectory.Load(model, adapterDirectory);
            trained = Distributions(model, probes, ct);
        }

        double asTrained = Divergence(MergeBase.AsTrained);
        double original = Divergence(MergeBase.Original);
        var choice = new MergeChoice(asTrained <= original ? MergeBase.AsTrained : MergeBase.Original, asTrained, original, probes.Count, null) { Places = probes.Sum(p => p.Places.Length) };

        // Also where the divergence is no number.
        return choice.Kept <= maxKl
            ? choice
            : throw new ExportException(string.Create(
                CultureInfo.InvariantCulture,
                $"The merged model would not be the trained one: {choice}, and the bound is {maxKl}. Merge in f32, ship base and adapter apart (--as-trained), or raise --max-kl."));

        double Divergence(MergeBase into)
        {
            using ModelWeights weights = ModelWeights.Open(baseDirectory, adapterDirectory, into);
            using DecoderModel model = Load(weights, type);
            return MeanKl(trained, Distributions(model, probes, ct));
        }
    }

    /// <summary>Mean of <c>Σ p · (log p − log q)</c>.</summary>
    internal static double MeanKl(IReadOnlyList<float[]> logP, IReadOnlyList<float[]> logQ) =>
        logP.Zip(logQ, (p, q) => p.Zip(q, (a, b) => Math.Exp(a) * ((double)a - b)).Sum()).Average();

    /// <summary>Some of the run's validation rows, and of each some of its supervised places, evenly drawn; null with the reason where they cannot be had.</summary>
    private static List<(int[] Tokens, long[] Places)>? Probes(string baseDirectory, string adapterDirectory, out string? reason)
    {
        string run = Path.GetDirectoryName(Path.GetFullPath(Path.TrimEndingDirectorySeparator(adapterDirectory)))!;
        try
        {
            IReadOnlyList<SupervisedExample> examples = [.. Drawn(RunExamples.Validation(RunRecord.Load(run), baseDirectory), MostRows)];
            reason = examples.Count == 0 ? "its run has no validation rows" : null;
            if (examples.Count == 0)
            {
                return null;
            }

            // One distribution is a number for each token of the vocabulary.
            long most = Math.Clamp(DistributionBytes / (sizeof(float) * (long)DecoderConfig.Load(baseDirectory).VocabSize), examples.Count, MostPlaces);
            return [.. examples.Select(e => (e.Tokens, (long[])[.. Drawn(e.Positions, (int)most / examples.Count).Select(p => (long)p)]))];
        }
        catch (Exception exception) when (exception is TrainingException or DataFormatException)
        {
            reason = exception.Message;
            return null;
        }
    }

    private static IEnumerable<T> Drawn<T>(IReadOnlyList<T> all, int most)
    {
        int count = Math.Min(most, all.Count);
        return Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Count / count)]);
    }

    private static float[][] Distributions(DecoderModel model, List<(int[] Tokens, long[] Places)> probes, CancellationToken ct)
    {
        using var guard = no_grad();
        return
        [
            .. probes.SelectMany(probe =>
            {
                ct.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                Tensor places = model.Forward(new PackedSequences([probe.Tokens])).index_select(0, tensor(probe.Places));
                return ModelDirectory.ReadValues(model.Logits(places).log_softmax(-1)).Chunk(model.Config.VocabSize);
            }),
        ];
    }

    /// <summary>The merged model as it will be read again.</summary>
    private static DecoderModel Load(ModelWeights weights, SafetensorsType type)
    {
        var parameters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string name in weights.Names)
        {
            float[] values = weights.Read(name);
            Round(values, type);
            using var scope = NewDisposeScope();
            parameters.Add(name, tensor(values, weights.Shapes[name]).DetachFromDisposeScope());
        }

        return new DecoderModel(weights.Config, parameters, CPU);
    }

    private static void Round(float[] values, SafetensorsType type)
    {
        ushort[] rounded = type == SafetensorsType.F32 ? [] : new ushort[values.Length];
        switch (type)
        {
            case SafetensorsType.BF16:
                BFloat16Conversion.FromSingle(values, rounded);
                BFloat16Conversion.ToSingle(rounded, values);
                break;
            case SafetensorsType.F16:
                Float16Conversion.FromSingle(values, rounded);
                Float16Conversion.ToSingle(rounded, values);
                break;
            default:
                break;
        }
    }
}
