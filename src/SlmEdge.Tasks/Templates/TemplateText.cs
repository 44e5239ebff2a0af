namespace SlmEdge.Tasks.Templates;

/// <summary>Text that knows of every character where it comes from. Immutable.</summary>
public sealed class TemplateText
{
    private readonly TextRun[] _runs;

    internal TemplateText(string value, TextOrigin origin)
        : this(value, value.Length == 0 ? [] : [new TextRun(0, value.Length, origin)])
    {
    }

    internal TemplateText(string value, TextRun[] runs)
    {
        Value = value;
        _runs = runs;
    }

    /// <summary>No text.</summary>
    public static TemplateText Empty { get; } = new("", []);

    /// <summary>The characters.</summary>
    public string Value { get; }

    /// <summary>The runs of equal origin, in order and without gaps.</summary>
    public IReadOnlyList<TextRun> Runs => _runs;

    /// <summary>Number of UTF-16 code units.</summary>
    internal int Length => Value.Length;

    /// <inheritdoc/>
    public override string ToString() => Value;

    internal TemplateText Substring(int start, int length)
    {
        if (length == Value.Length)
        {
            return this;
        }

        var builder = new TemplateTextBuilder();
        builder.Append(this, start, length);
        return builder.ToText();
    }

    /// <summary>Index of the run that holds a position.</summary>
    internal int RunAt(int position)
    {
        int low = 0;
        int high = _runs.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = _runs[middle].Start <= position ? (middle, high) : (low, middle - 1);
        }

        return low;
    }

    internal TextOrigin OriginAt(int position) => _runs[RunAt(position)].Origin;

    /// <summary>The same text, marked as standing inside <c>{% generation %}</c>.</summary>
    internal TemplateText AsGenerated() => new(Value, [.. _runs.Select(run => run with { Origin = run.Origin with { Generated = true } })]);
}
