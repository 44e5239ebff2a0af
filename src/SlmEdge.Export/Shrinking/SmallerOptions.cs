namespace SlmEdge.Export.Shrinking;

/// <summary>What an export leaves out of a model.</summary>
/// <param name="KeepLayers">How many blocks stay; null keeps all.</param>
/// <param name="TrimVocabularyFile">File with the domain's texts, whose tokens stay; null keeps the whole vocabulary.</param>
public sealed record SmallerOptions(int? KeepLayers, string? TrimVocabularyFile)
{
    /// <summary>Whether anything is left out.</summary>
    public bool Any => KeepLayers is not null || TrimVocabularyFile is not null;
}
