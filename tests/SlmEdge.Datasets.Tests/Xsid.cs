namespace SlmEdge.Datasets.Tests;

/// <summary>Texts of the xSID test and validation files, in Turkish or English.</summary>
internal static class Xsid
{
    public static IReadOnlyList<string> Texts(string language) =>
    [
        .. new[] { "test", "valid" }.SelectMany(part => File.ReadLines(SharedData.Locate($"data/xsid/{language}.{part}.conll")))
            .Where(line => line.StartsWith("# text: ", StringComparison.Ordinal)).Select(line => line[8..]),
    ];
}
