namespace SlmEdge.Datasets.Agreement;

/// <summary>How far annotators agree on one label.</summary>
/// <param name="Label">The label.</param>
/// <param name="Ratings">How often it was given.</param>
/// <param name="Kappa">Fleiss' kappa of the label against all others.</param>
public sealed record LabelAgreement(string Label, int Ratings, double Kappa);
