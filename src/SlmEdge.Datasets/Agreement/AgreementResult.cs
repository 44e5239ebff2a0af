namespace SlmEdge.Datasets.Agreement;

/// <summary>How far annotators agree. What is not a number could not be told: everyone gave the same label throughout.</summary>
/// <param name="Items">Items that at least two annotators labelled.</param>
/// <param name="Annotators">The annotators.</param>
/// <param name="Weights">What disagreements of a pair weigh.</param>
/// <param name="Pairs">Every pair of annotators with items in common.</param>
/// <param name="Fleiss">Fleiss' kappa over all annotators.</param>
/// <param name="Labels">Each label against all others.</param>
/// <param name="Disputed">The items with the most disagreement.</param>
public sealed record AgreementResult(
    int Items, IReadOnlyList<string> Annotators, KappaWeights Weights, IReadOnlyList<PairAgreement> Pairs, double Fleiss, IReadOnlyList<LabelAgreement> Labels, IReadOnlyList<DisputedItem> Disputed);
