using System.Globalization;

namespace SlmEdge.Training.Shrinking;

/// <summary>Which blocks of a model stay.</summary>
/// <param name="Kept">Layers that stay, from 0, ascending.</param>
/// <param name="Of">How many there were.</param>
/// <param name="Distance">
/// Mean angle, as a share of π, by which the dropped blocks turn the last token's residual stream; null where nothing was measured.
/// </param>
public sealed record LayerChoice(IReadOnlyList<int> Kept, int Of, double? Distance)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        string why = Kept.Count == Of ? "" : Distance is { } angle
            ? string.Create(CultureInfo.InvariantCulture, $" (angular distance of the dropped block {angle:F3})")
            : " (the ones before the last were dropped; there were no texts to choose by)";
        return $"layers {Ranges()} of {Of} kept{why}";
    }

    private string Ranges()
    {
        var parts = new List<string>();
        for (int first = 0; first < Kept.Count;)
        {
            int last = first;
            while (last + 1 < Kept.Count && Kept[last + 1] == Kept[last] + 1)
            {
                last++;
            }

            parts.Add(first == last ? $"{Kept[first]}" : $"{Kept[first]}-{Kept[last]}");
            first = last + 1;
        }

        return string.Join(", ", parts);
    }
}
