using System.Globalization;

namespace SlmEdge.Export.Weights;

/// <summary>What an adapter is merged into, and how far each candidate moves from the model that was trained.</summary>
/// <param name="Into">The candidate that is kept.</param>
/// <param name="AsTrained">
/// Mean KL divergence, in nats, of the next-token distribution in the run's validation rows: base and adapter as trained against the merge into
/// the base as trained. Null where nothing was measured.
/// </param>
/// <param name="Original">The same for the merge into the base as it is stored.</param>
/// <param name="Prompts">Number of rows.</param>
/// <param name="Reason">Why nothing was measured, or null.</param>
public sealed record MergeChoice(MergeBase Into, double? AsTrained, double? Original, int Prompts, string? Reason)
{
    /// <summary>Places in the rows at which distributions were compared: one a row of classifications, several of texts.</summary>
    public int Places { get; init; }

    /// <summary>Divergence of the kept candidate.</summary>
    public double? Kept => Into == MergeBase.AsTrained ? AsTrained : Original;

    /// <summary>The choice and both figures, for people.</summary>
    public override string ToString() => Reason ?? string.Create(
        CultureInfo.InvariantCulture,
        $"merged into {(Into == MergeBase.AsTrained ? "the base as trained" : "the original base")}: KL {AsTrained:E1} nats into the base as trained, {Original:E1} into the original, {(Places > Prompts ? $"at {Places} places of {Prompts} rows" : $"on {Prompts} prompts")}");
}
