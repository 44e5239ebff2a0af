namespace SlmEdge.Export.Proof.Html;

/// <summary>Places the names of dots so that they neither overlap each other nor leave the plot.</summary>
internal sealed class LabelPlacement(double left, double right, double top, double bottom)
{
    private const double CharacterWidth = 6.3;
    private const double LineHeight = 14;

    private readonly List<(double X, double Y, double Width)> _taken = [];

    public (double X, double Y, string Anchor) Place(double x, double y, double radius, string text)
    {
        double width = text.Length * CharacterWidth;
        for (int ring = 0; ring < 12; ring++)
        {
            double shift = (ring + 1) / 2 * LineHeight * (ring % 2 == 0 ? 1 : -1);
            foreach (bool after in new[] { true, false })
            {
                double start = after ? x + radius + 4 : x - radius - 4 - width;
                double baseline = y + 4 + shift;
                bool inside = start >= left && start + width <= right && baseline >= top && baseline <= bottom;
                bool free = _taken.TrueForAll(t => start + width < t.X || t.X + t.Width < start || Math.Abs(t.Y - baseline) >= LineHeight);
                if (inside && free)
                {
                    _taken.Add((start, baseline, width));
                    return after ? (start, baseline, "start") : (start + width, baseline, "end");
                }
            }
        }

        return (x, y - radius - 4, "middle");
    }
}
