namespace SlmEdge.Datasets.Agreement;

/// <summary>An item with the labels it was given.</summary>
internal sealed class AnnotatedItem(long row, string text, int annotators)
{
    public long Row { get; } = row;

    public string Text { get; } = text;

    /// <summary>The label of each annotator, null where there is none.</summary>
    public string?[] Labels { get; } = new string?[annotators];
}
