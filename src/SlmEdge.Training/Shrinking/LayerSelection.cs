using SlmEdge.Training.Families;
using SlmEdge.Training.Models;
using SlmEdge.Training.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Shrinking;

/// <summary>
/// Chooses which consecutive blocks of a model matter least: those between whose input and output the last token's residual stream turns least, measured as
/// angular distance (Gromov et al. 2024, arXiv 2403.17887, equation 4).
/// </summary>
public static class LayerSelection
{
    /// <summary>More prompts than this do not change a mean angle that matters.</summary>
    public const int MostPrompts = 128;

    /// <summary>Prompts of one pack, which stand behind one copy of what they share.</summary>
    private const int PackPrompts = 32;

    /// <summary>Chooses by the angles on prompts; without prompts the blocks before the last go, which must prepare the output.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Prompts as the model will get them, evenly drawn of which at most <see cref="MostPrompts"/> are asked.</param>
    /// <param name="keep">How many blocks stay.</param>
    /// <param name="ct">Stops between two prompts.</param>
    /// <exception cref="TrainingException">The model has fewer blocks than are to stay.</exception>
    public static LayerChoice Choose(DecoderModel model, IReadOnlyList<int[]> prompts, int keep, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(prompts);
        int layers = model.Config.NumHiddenLayers;
        Check(keep, layers);
        int drop = layers - keep;
        if (drop == 0)
        {
            return new LayerChoice([.. Enumerable.Range(0, layers)], layers, 0);
        }

        if (prompts.Count == 0)
        {
            // Gromov et al., section 4.4: without measuring, the deepest blocks but the last.
            return new LayerChoice(Without(layers, Math.Max(0, layers - 1 - drop), drop), layers, null);
        }

        double[] distances = Distances(model, prompts, drop, ct);
        int first = Array.IndexOf(distances, distances.Min());
        return new LayerChoice(Without(layers, first, drop), layers, distances[first]);
    }

    /// <summary>Refuses a number of blocks that the model does not have.</summary>
    /// <param name="keep">How many are to stay.</param>
    /// <param name="layers">How many there are.</param>
    internal static void Check(int keep, int layers)
    {
        if (keep < 1 || keep > layers)
        {
            throw new TrainingException($"--keep-layers {keep}: the model has {layers} layers, of which from 1 to {layers} can be kept.");
        }
    }

    /// <summary>Mean angle as a share of π between the stream before block <c>l</c> and the stream <paramref name="span"/> blocks later, for each <c>l</c>.</summary>
    internal static double[] Distances(DecoderModel model, IReadOnlyList<int[]> prompts, int span, CancellationToken ct)
    {
        using var guard = no_grad();
        int count = Math.Min(MostPrompts, prompts.Count);
        double[] sums = new double[model.Config.NumHiddenLayers - span + 1];
        int[][] asked = [.. Enumerable.Range(0, count).Select(i => prompts[(int)((long)i * prompts.Count / count)])];
        foreach (int[][] some in asked.Chunk(PackPrompts))
        {
            ct.ThrowIfCancellationRequested();
            var streams = new List<float[]>();
            using var scope = NewDisposeScope();
            var pack = PackedSequences.WithSharedPrefixes(some);
            var last = tensor(some.Select((tokens, i) => (long)pack.RowOf(i, tokens.Length - 1)).ToArray(), device: model.Device);
            model.Forward(pack, stream => streams.Add(ModelDirectory.ReadValues(stream.index_select(0, last))));
            int width = streams[0].Length / some.Length;
            for (int layer = 0; layer < sums.Length; layer++)
            {
                for (int i = 0; i < some.Length; i++)
                {
                    sums[layer] += Angle(streams[layer].AsSpan(i * width, width), streams[layer + span].AsSpan(i * width, width));
                }
            }
        }

        return [.. sums.Select(sum => sum / count)];
    }

    private static double Angle(ReadOnlySpan<float> before, ReadOnlySpan<float> after)
    {
        (double product, double first, double second) = (0, 0, 0);
        for (int i = 0; i < before.Length; i++)
        {
            product += (double)before[i] * after[i];
            first += (double)before[i] * before[i];
            second += (double)after[i] * after[i];
        }

        return Math.Acos(Math.Clamp(product / Math.Sqrt(first * second), -1, 1)) / Math.PI;
    }

    private static int[] Without(int layers, int first, int count) => [.. Enumerable.Range(0, layers).Where(layer => layer < first || layer >= first + count)];
}
