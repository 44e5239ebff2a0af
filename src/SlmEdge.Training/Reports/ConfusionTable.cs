using System.Text;
using SlmEdge.Tasks.Metrics;
using static SlmEdge.Training.Reports.HtmlText;

namespace SlmEdge.Training.Reports;

/// <summary>The confusion matrix as a table; with many labels only those that take part in the most frequent confusions.</summary>
internal static class ConfusionTable
{
    private const int MaxLabels = 16;

    public static string Render(ClassificationReport report, IReadOnlyList<string> labels)
    {
        int[] shown = Choose(report.Confusion, labels.Count);
        var html = new StringBuilder();
        if (shown.Length < labels.Count)
        {
            html.Append($"<p class=\"soft\">The {shown.Length} of {labels.Count} labels that are confused most.</p>");
        }

        html.Append("<div class=\"scroll\"><table class=\"confusion\"><thead><tr><th></th>");
        foreach (int column in shown)
        {
            html.Append($"<th><span>{Escape(labels[column])}</span></th>");
        }

        html.Append("</tr></thead><tbody>");
        foreach (int row in shown)
        {
            html.Append($"<tr><th class=\"row\">{Escape(labels[row])}</th>");
            int support = Math.Max(1, report.Classes[row].Support);
            foreach (int column in shown)
            {
                int count = report.Confusion[row, column];
                double share = (double)count / support;
                string style = count == 0 ? "" : $" style=\"background: rgba(var(--heat), {Number(0.08 + (0.62 * share), "0.00")})\"";
                html.Append($"<td{style}>{(count == 0 ? "" : count.ToString(System.Globalization.CultureInfo.InvariantCulture))}</td>");
            }

            html.Append("</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    private static int[] Choose(int[,] confusion, int labels)
    {
        if (labels <= MaxLabels)
        {
            return [.. Enumerable.Range(0, labels)];
        }

        int Wrong(int label) => Enumerable.Range(0, labels).Where(other => other != label).Sum(other => confusion[label, other] + confusion[other, label]);
        return [.. Enumerable.Range(0, labels).OrderByDescending(Wrong).Take(MaxLabels).Order()];
    }
}
