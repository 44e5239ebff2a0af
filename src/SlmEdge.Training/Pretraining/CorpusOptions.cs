namespace SlmEdge.Training.Pretraining;

/// <summary>How documents are varied on the way in.</summary>
/// <param name="UpperCaseShare">
/// Share of the documents that are turned into capitals. Machine logs and maintenance notes are often written so; a model that has only seen
/// running text falls back to single letters there. The choice follows from the document's number, so it is the same in every run.
/// </param>
public sealed record CorpusOptions(double UpperCaseShare = 0)
{
    /// <summary>Streams the documents of all files, varied.</summary>
    /// <param name="files">The files.</param>
    public IEnumerable<string> Read(IEnumerable<string> files)
    {
        if (!(UpperCaseShare >= 0 && UpperCaseShare <= 1))
        {
            throw new TrainingException($"The share of upper-case documents must lie between 0 and 1, not {UpperCaseShare}.");
        }

        double owed = 0;
        foreach (var document in files.SelectMany(CorpusReader.Read))
        {
            owed += UpperCaseShare;
            if (owed >= 1)
            {
                owed -= 1;
                yield return document.ToUpperInvariant();
            }
            else
            {
                yield return document;
            }
        }
    }
}
