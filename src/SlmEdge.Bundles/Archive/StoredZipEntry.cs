namespace SlmEdge.Bundles.Archive;

/// <summary>An entry of a zip file without compression.</summary>
/// <param name="Name">Its path.</param>
/// <param name="Offset">Where its data starts in the file.</param>
/// <param name="Size">Its size.</param>
/// <param name="HeaderOffset">Where its local header starts.</param>
internal readonly record struct StoredZipEntry(string Name, long Offset, long Size, long HeaderOffset);
