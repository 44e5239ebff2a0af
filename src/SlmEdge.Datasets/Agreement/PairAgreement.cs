namespace SlmEdge.Datasets.Agreement;

/// <summary>How far two annotators agree.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Items">Items that both labelled.</param>
/// <param name="Agreement">Share of these with the same label.</param>
/// <param name="Kappa">Cohen's kappa.</param>
public sealed record PairAgreement(string First, string Second, int Items, double Agreement, double Kappa);
