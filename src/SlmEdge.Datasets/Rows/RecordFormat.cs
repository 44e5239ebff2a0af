namespace SlmEdge.Datasets.Rows;

/// <summary>How the records of a file are written.</summary>
public enum RecordFormat
{
    /// <summary>One JSON object on each line.</summary>
    JsonLines,

    /// <summary>CSV with a header (RFC 4180).</summary>
    Csv,
}
