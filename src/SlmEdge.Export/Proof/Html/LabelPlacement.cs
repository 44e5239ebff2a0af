namespace SlmEdge.Export.Proof.Html;

/// <summary>Places the names of dots so that they cover neither dots nor each other, nor leave the plot.</summary>
internal sealed class LabelPlacement(double left, double right, double top, double bottom, IReadOnlyList<(double X, double Y, double Radius)> dots)
{
    private const double CharacterWidth = 6.4;
    private const double LineHeight = 14;
    private const double Gap = 5;

    private readonly List<(double X, double Y, double Width)> _taken = [];

    /// <summary>The place of a name: the nearest free one to the right, left, above or below of its dot.</summary>
    public (double X, double Baseline, double Width) Place(double x, double y, double radius, string text)
    {
        double width = text.Length * CharacterWidth;
        (double X, double Baseline)[] candidates =
        [
            .. from ring in Enumerable.Range(0, 9)
               let away = radius + Gap + (ring * LineHeight)
               from place in new[]
               {
                   (x + radius + Gap, y + 4 + (ring * LineHeight)),
                   (x + radius + Gap, y + 4 - (ring * LineHeight)),
                   (x - radius - Gap - width, y + 4 + (ring * LineHeight)),
                   (x - radius - Gap - width, y + 4 - (ring * LineHeight)),
                   (x - (width / 2), y - away),
                   (x - (width / 2), y + away + 9),
               }
               select place,
        ];
        (double X, double Baseline) chosen = candidates.FirstOrDefault(place => IsFree(place.X, place.Baseline, width), candidates[0]);
        _taken.Add((chosen.X, chosen.Baseline, width));
        return (chosen.X, chosen.Baseline, width);
    }

    private bool IsFree(double start, double baseline, double width) =>
        start >= left && start + width <= right && baseline - 10 >= top && baseline + 3 <= bottom
        && _taken.TrueForAll(t => start + width + 4 < t.X || t.X + t.Width + 4 < start || Math.Abs(t.Y - baseline) >= LineHeight)
        && dots.All(dot => double.Hypot(Distance(dot.X, start, start + width), Distance(dot.Y, baseline - 10, baseline + 3)) >= dot.Radius);

    private static double Distance(double value, double low, double high) => Math.Max(0, Math.Max(low - value, value - high));
}
