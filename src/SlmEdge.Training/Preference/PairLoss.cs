namespace SlmEdge.Training.Preference;

/// <summary>The loss of one pair, as TRL defines it, and its slope in the two answers' summed log-probabilities.</summary>
/// <param name="Loss">The loss; for ORPO without the likelihood of the chosen row.</param>
/// <param name="ChosenSlope">Derivative with respect to the chosen answer's summed log-probability.</param>
/// <param name="RejectedSlope">Derivative with respect to the rejected answer's.</param>
/// <param name="ChosenReward">Reward of the chosen answer.</param>
/// <param name="RejectedReward">Reward of the rejected answer.</param>
internal readonly record struct PairLoss(double Loss, double ChosenSlope, double RejectedSlope, double ChosenReward, double RejectedReward)
{
    /// <summary>Computes it.</summary>
    /// <param name="kind">Which loss.</param>
    /// <param name="chosen">The preferred answer.</param>
    /// <param name="rejected">The other one.</param>
    /// <param name="beta">Strength; of IPO the regularisation τ, of ORPO the weight λ of the odds ratio.</param>
    /// <param name="labelSmoothing">Of DPO: the probability that a pair is labelled the wrong way round (conservative DPO, Mitchell 2023).</param>
    public static PairLoss Of(PreferenceLossKind kind, AnswerLikelihood chosen, AnswerLikelihood rejected, double beta, double labelSmoothing)
    {
        if (kind == PreferenceLossKind.Orpo)
        {
            return OddsRatio(chosen, rejected, beta);
        }

        var (chosenRatio, rejectedRatio) = (chosen.LogProbability - chosen.Reference, rejected.LogProbability - rejected.Reference);
        var (chosenReward, rejectedReward) = (beta * chosenRatio, beta * rejectedRatio);
        if (kind == PreferenceLossKind.Dpo)
        {
            var margin = chosenReward - rejectedReward;
            var loss = (-LogSigmoid(margin) * (1 - labelSmoothing)) - (LogSigmoid(-margin) * labelSmoothing);
            var slope = beta * ((labelSmoothing * Sigmoid(margin)) - ((1 - labelSmoothing) * Sigmoid(-margin)));
            return new PairLoss(loss, slope, -slope, chosenReward, rejectedReward);
        }

        var distance = (chosenRatio / chosen.Tokens) - (rejectedRatio / rejected.Tokens) - (1 / (2 * beta));
        return new PairLoss(distance * distance, 2 * distance / chosen.Tokens, -2 * distance / rejected.Tokens, chosenReward, rejectedReward);
    }

    private static PairLoss OddsRatio(AnswerLikelihood chosen, AnswerLikelihood rejected, double beta)
    {
        var (a, b) = (chosen.LogProbability / chosen.Tokens, rejected.LogProbability / rejected.Tokens);
        var logOdds = a - b - (LogOneMinusExp(a) - LogOneMinusExp(b));

        // The log-odds of a probability p = exp(l) have the slope 1 / (1 − p) in l.
        var slope = -beta * Sigmoid(-logOdds);
        return new PairLoss(
            -beta * LogSigmoid(logOdds),
            slope / (Math.Exp(LogOneMinusExp(a)) * chosen.Tokens),
            -slope / (Math.Exp(LogOneMinusExp(b)) * rejected.Tokens),
            beta * a,
            beta * b);
    }

    private static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    private static double LogSigmoid(double x) => Math.Min(x, 0) - double.LogP1(Math.Exp(-Math.Abs(x)));

    /// <summary><c>log(1 − eˣ)</c> for x below 0, without cancellation near 0 (Mächler 2012).</summary>
    private static double LogOneMinusExp(double x) => x > -0.6931471805599453 ? Math.Log(-ExpMinusOne(x)) : double.LogP1(-Math.Exp(x));

    // Math has no expm1; the two-term identity of Kahan keeps full precision.
    private static double ExpMinusOne(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : (u - 1) * x / Math.Log(u);
    }
}
