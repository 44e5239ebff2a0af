using SlmEdge.Training.Families;
using SlmEdge.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.FineTuning;

/// <summary>The mean loss of the supervised tokens of some examples.</summary>
internal static class TokenLoss
{
    /// <summary>Adds its gradient, times <paramref name="weight"/>, in as many packs as the tokens need.</summary>
    public static StepLoss Accumulate(DecoderModel model, IReadOnlyList<SupervisedExample> examples, int packTokens, double weight)
    {
        var supervised = examples.Sum(e => e.Targets.Length);
        double sum = 0;
        long tokens = 0;
        foreach (var batch in SupervisedBatch.Split(examples, packTokens))
        {
            using var scope = NewDisposeScope();
            var hidden = model.Forward(batch.Pack);
            sum += ChunkedCrossEntropy.Backward(hidden, batch.Positions, batch.Targets, model.Head, weight / supervised, model.Config.LogitSoftcap);
            tokens += batch.Pack.TokenCount;
        }

        return new StepLoss(sum / supervised, tokens);
    }
}
