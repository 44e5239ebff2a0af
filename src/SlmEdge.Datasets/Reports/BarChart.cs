using System.Globalization;
using System.Text;
using SlmEdge.Training.Reports;

namespace SlmEdge.Datasets.Reports;

/// <summary>Bars as HTML and SVG text, coloured by the page's style sheet.</summary>
internal static class BarChart
{
    public const string Css = """
        .bars { display: grid; grid-template-columns: fit-content(40%) 1fr max-content; gap: 3px 10px; align-items: center; font-size: 13px; font-variant-numeric: tabular-nums; }
        .bars .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
        .bars .bar { height: 14px; border-radius: 3px; background: var(--accent); min-width: 2px; }
        .bars .value { text-align: right; color: var(--soft); }
        svg .fill { fill: var(--accent); }
        svg .rule { stroke: var(--warn); stroke-dasharray: 4 3; }
        .badge { display: inline-block; padding: 1px 9px; border-radius: 9px; font-size: 12px; font-weight: 600; color: var(--card); }
        .badge.error { background: var(--warn); } .badge.warning { background: var(--llama); } .badge.note { background: var(--base); }
        .finding { padding: 14px 0; border-bottom: 1px solid var(--line); } .finding:last-child { border-bottom: 0; padding-bottom: 0; }
        .finding b.count { font-variant-numeric: tabular-nums; margin: 0 2px 0 8px; }
        .finding ul { margin: 6px 0 0; padding-left: 20px; overflow-wrap: anywhere; } .finding li { margin: 2px 0; }
        code { font: 12.5px ui-monospace, "Cascadia Code", "DejaVu Sans Mono", monospace; }
        """;

    private const int Width = 900;
    private const int Height = 260;
    private const int Left = 64;
    private const int Bottom = 34;
    private const int Bins = 40;
    private static readonly double[] RoundSteps = [1, 2, 5, 10];

    /// <summary>A bar for each name, the first <paramref name="most"/> of them.</summary>
    public static string Horizontal(IReadOnlyList<KeyValuePair<string, long>> values, int most)
    {
        double largest = Math.Max(1, values.Max(value => value.Value));
        double all = Math.Max(1, values.Sum(value => value.Value));
        var html = new StringBuilder("<div class=\"bars\">");
        foreach ((string name, long value) in values.Take(most))
        {
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"name\" title=\"{HtmlText.Escape(name)}\">{HtmlText.Escape(name)}</div><div><div class=\"bar\" style=\"width:{100 * value / largest:0.##}%\"></div></div><div class=\"value\">{value:N0} ({100 * value / all:0.0} %)</div>");
        }

        html.Append("</div>");
        if (values.Count > most)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"soft\">and {values.Count - most:N0} more</p>");
        }

        return html.ToString();
    }

    /// <summary>How many rows have which length, up to the 99.5th percentile; what is longer is in the last bar.</summary>
    /// <param name="lengths">Rows of each length, ascending.</param>
    /// <param name="unit">What lengths are counted in.</param>
    /// <param name="rules">Lengths to mark.</param>
    public static string Histogram(IReadOnlyList<KeyValuePair<int, long>> lengths, string unit, params (int At, string Name)[] rules)
    {
        long all = lengths.Sum(length => length.Value);
        long seen = 0;
        int last = lengths.First(length => (seen += length.Value) >= 0.995 * all).Key;
        int step = Step(last);
        var bins = new long[(last / step) + 1];
        foreach ((int length, long rows) in lengths)
        {
            bins[Math.Min(length / step, bins.Length - 1)] += rows;
        }

        double highest = bins.Max();
        double barWidth = (Width - Left - 8) / (double)bins.Length;
        double X(double length) => Left + (Math.Min(length / step, bins.Length) * barWidth);
        double Y(double rows) => 20 + ((Height - Bottom - 20) * (1 - (rows / highest)));
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"rows by length\">");
        foreach (double share in (double[])[0, 0.5, 1])
        {
            double y = Y(highest * share);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - 8}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text class=\"soft\" x=\"{Left - 8}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{highest * share:N0}</text>");
        }

        for (int bin = 0; bin < bins.Length; bin++)
        {
            double top = Y(bins[bin]);
            string range = step == 1 ? $"{bin}" : $"{bin * step} to {(bin == bins.Length - 1 ? lengths[^1].Key : ((bin + 1) * step) - 1)}";
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"fill\" x=\"{Left + (bin * barWidth) + 0.5:0.##}\" y=\"{top:0.##}\" width=\"{Math.Max(1, barWidth - 1):0.##}\" height=\"{Height - Bottom - top:0.##}\"><title>{range} {unit}: {bins[bin]:N0} rows</title></rect>");
        }

        int every = Math.Max(1, bins.Length / 8);
        for (int bin = 0; bin < bins.Length; bin += every)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<text class=\"soft\" x=\"{Left + (bin * barWidth):0.#}\" y=\"{Height - 14}\" text-anchor=\"middle\">{bin * step:N0}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text class=\"soft\" x=\"{Width - 8}\" y=\"{Height - 1}\" text-anchor=\"end\">{unit} of a row</text>");
        foreach ((int at, string name) in rules.Where(rule => rule.At <= last))
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"rule\" x1=\"{X(at):0.#}\" x2=\"{X(at):0.#}\" y1=\"16\" y2=\"{Height - Bottom}\"/><text x=\"{X(at) + 4:0.#}\" y=\"14\">{HtmlText.Escape(name)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    private static int Step(int last)
    {
        double rough = Math.Max(1, last / (double)Bins);
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (int)RoundSteps.Select(step => step * power).First(step => step >= rough * 0.999);
    }
}
