using SlmEdge.Training.Families;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Preference;

/// <summary>Learning from preferences: DPO, IPO or ORPO over pairs of answers.</summary>
internal sealed class DpoObjective(DpoOptions options, DecoderModel model, PreferenceData data) : IObjective
{
    private ReferenceLikelihoods? _reference;

    public int RowCount => data.Train.Length;

    public string Locate(int row) => $"{Path.GetFileName(data.Train[row].File)}:{data.Train[row].Row}";

    public void Begin(string fingerprint, Action<string>? message, CancellationToken cancellationToken)
    {
        if (options.Loss == PreferenceLossKind.Orpo)
        {
            return;
        }

        _reference = ReferenceLikelihoods.Find(options.OutputDirectory, fingerprint);
        if (_reference is not null)
        {
            return;
        }

        message?.Invoke($"Computing the reference's log-probabilities of {2 * (data.Train.Length + data.Valid.Length):N0} answers");
        model.SetTraining(false);
        _reference = new ReferenceLikelihoods(Likelihoods(data.Train, cancellationToken), Likelihoods(data.Valid, cancellationToken));
        _reference.Save(options.OutputDirectory, fingerprint);
    }

    public StepLoss Accumulate(int[] rows, double weight, Random random)
    {
        PreferencePair[] pairs = [.. rows.Select(r => data.Train[r])];
        var rowTokens = pairs.Sum(p => p.Chosen.Example.Targets.Length);
        var totals = new PreferenceTotals();
        long tokens = 0;
        foreach (var batch in PreferenceBatch.Split(pairs, options.PackTokens))
        {
            using var scope = NewDisposeScope();
            var (supervised, head) = (batch.Supervised, model.Head);
            var hidden = model.Forward(supervised.Pack);
            var losses = ChunkedCrossEntropy.Losses(hidden, supervised.Positions, supervised.Targets, head, model.Config.LogitSoftcap);
            var factors = new float[losses.Length];
            var next = 0;
            foreach (var pair in batch.Pairs)
            {
                var loss = Score(pair, losses.AsSpan(next), _reference?.Train, totals);
                next += Fill(factors.AsSpan(next), pair, loss, weight / pairs.Length, weight / rowTokens);
            }

            ChunkedCrossEntropy.Backward(hidden, supervised.Positions, supervised.Targets, head, factors, model.Config.LogitSoftcap);
            tokens += supervised.Pack.TokenCount;
        }

        return new StepLoss(totals.Loss, tokens, totals.Rewards);
    }

    public ValidationScore Evaluate()
    {
        using var guard = no_grad();
        var totals = new PreferenceTotals();
        foreach (var (pair, losses) in Scored(data.Valid, CancellationToken.None))
        {
            Score(pair, losses, _reference?.Valid, totals);
        }

        return new ValidationScore(totals.Loss, totals.Rewards.Accuracy, totals.Rewards);
    }

    /// <summary>The loss of a pair whose predicted tokens' losses begin the span; also adds it to the totals.</summary>
    private PairLoss Score(PreferencePair pair, ReadOnlySpan<float> losses, float[]? reference, PreferenceTotals totals)
    {
        var chosenTokens = pair.Chosen.Example.Targets.Length;
        var loss = PairLoss.Of(
            options.Loss,
            new AnswerLikelihood(-Sum(losses[pair.Chosen.Answer]), pair.Chosen.Tokens, reference?[2 * pair.Index] ?? 0),
            new AnswerLikelihood(-Sum(losses[chosenTokens..][pair.Rejected.Answer]), pair.Rejected.Tokens, reference?[(2 * pair.Index) + 1] ?? 0),
            options.Beta,
            options.LabelSmoothing);
        totals.Add(loss);
        if (options.Loss == PreferenceLossKind.Orpo)
        {
            totals.AddRow(Sum(losses[..chosenTokens]), chosenTokens);
        }

        return loss;
    }

    /// <summary>Factors on the gradients of the pair's negative log-likelihoods; returns how many there are.</summary>
    private int Fill(Span<float> factors, PreferencePair pair, PairLoss loss, double pairWeight, double tokenWeight)
    {
        var chosen = factors[..pair.Chosen.Example.Targets.Length];
        var rejected = factors.Slice(chosen.Length, pair.Rejected.Example.Targets.Length);
        chosen.Fill(options.Loss == PreferenceLossKind.Orpo ? (float)tokenWeight : 0);
        foreach (ref var factor in chosen[pair.Chosen.Answer])
        {
            factor -= (float)(loss.ChosenSlope * pairWeight);
        }

        rejected[pair.Rejected.Answer].Fill((float)(-loss.RejectedSlope * pairWeight));
        return chosen.Length + rejected.Length;
    }

    private float[] Likelihoods(PreferencePair[] pairs, CancellationToken cancellationToken)
    {
        using var guard = no_grad();
        var likelihoods = new float[2 * pairs.Length];
        var next = 0;
        foreach (var (pair, losses) in Scored(pairs, cancellationToken))
        {
            var own = losses.AsSpan();
            likelihoods[next++] = (float)-Sum(own[pair.Chosen.Answer]);
            likelihoods[next++] = (float)-Sum(own[pair.Chosen.Example.Targets.Length..][pair.Rejected.Answer]);
        }

        return likelihoods;
    }

    /// <summary>Each pair in order with the losses of its predicted tokens, the chosen answer's first.</summary>
    private IEnumerable<(PreferencePair Pair, float[] Losses)> Scored(IEnumerable<PreferencePair> pairs, CancellationToken cancellationToken)
    {
        foreach (var batch in PreferenceBatch.Split(pairs, options.PackTokens))
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] losses;
            using (NewDisposeScope())
            {
                var hidden = model.Forward(batch.Supervised.Pack);
                losses = ChunkedCrossEntropy.Losses(hidden, batch.Supervised.Positions, batch.Supervised.Targets, model.Head, model.Config.LogitSoftcap);
            }

            var next = 0;
            foreach (var pair in batch.Pairs)
            {
                var count = pair.Chosen.Example.Targets.Length + pair.Rejected.Example.Targets.Length;
                yield return (pair, losses[next..(next + count)]);
                next += count;
            }
        }
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
