using System.Text;
using SlmEdge.Training.Reports;

namespace SlmEdge.Datasets.Reports;

/// <summary>A self-contained page: headline, facts and cards.</summary>
internal sealed class ReportPage
{
    private readonly StringBuilder _html = new();
    private readonly string _title;

    public ReportPage(string title, string lead)
    {
        _title = title;
        _html.Append($"<h1>{HtmlText.Escape(title)}</h1><p class=\"soft\">{HtmlText.Escape(lead)}</p>");
    }

    public void Facts(params (string Value, string Name)[] facts)
    {
        _html.Append("<div class=\"facts\">");
        foreach ((string value, string name) in facts)
        {
            _html.Append($"<div class=\"fact\"><b>{HtmlText.Escape(value)}</b><span>{HtmlText.Escape(name)}</span></div>");
        }

        _html.Append("</div>");
    }

    /// <summary>A sentence that says how it stands.</summary>
    public void Verdict(bool good, string text) => _html.Append($"<div class=\"card verdict{(good ? "" : " no")}\"><b>{HtmlText.Escape(text)}</b></div>");

    /// <summary>A card; <paramref name="content"/> is HTML.</summary>
    public void Card(string title, string? lead, string content)
    {
        _html.Append($"<section class=\"card\"><h2>{HtmlText.Escape(title)}</h2>");
        if (lead is not null)
        {
            _html.Append($"<p class=\"soft\">{HtmlText.Escape(lead)}</p>");
        }

        _html.Append(content).Append("</section>");
    }

    /// <summary>A table whose first column and those of <paramref name="texts"/> are text; cells are not HTML.</summary>
    public static string Table(string[] columns, IEnumerable<string[]> rows, params int[] texts)
    {
        string Css(int column) => texts.Contains(column) ? " class=\"text\"" : "";
        var html = new StringBuilder("<div class=\"scroll\"><table class=\"prose\"><thead><tr>");
        html.AppendJoin("", columns.Select((column, i) => $"<th{Css(i)}>{HtmlText.Escape(column)}</th>"));
        html.Append("</tr></thead><tbody>");
        foreach (string[] row in rows)
        {
            html.Append("<tr>").AppendJoin("", row.Select((cell, i) => $"<td{Css(i)}>{HtmlText.Escape(cell)}</td>")).Append("</tr>");
        }

        return html.Append("</tbody></table></div>").ToString();
    }

    public string Render() =>
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">" +
        $"<title>{HtmlText.Escape(_title)}</title><style>{ReportStyle.Css}{BarChart.Css}</style></head><body><main>{_html}</main></body></html>\n";
}
