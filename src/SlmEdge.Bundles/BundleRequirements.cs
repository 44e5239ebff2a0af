using SlmEdge.Bundles.Store;

namespace SlmEdge.Bundles;

/// <summary>The lowest versions that run a bundle as it was tested; null asks for nothing, as bundles of before do.</summary>
public sealed record BundleRequirements
{
    /// <summary>
    /// The lowest version of this library that reads what is exported now as it is meant. To be raised with everything that an older version would read
    /// otherwise without noticing.
    /// </summary>
    public const string ReadableSince = "0.1.0";

    internal const string Key = "requires";
    internal const string ProgramKey = "slmEdge";
    internal const int MaxVersionLength = 64;

    /// <summary>Lowest version of SlmEdge.</summary>
    public string? SlmEdge { get; init; }

    /// <summary>Lowest version of llama.cpp, which also tokenises for ONNX Runtime: the one that scored the bundle's files.</summary>
    public string? Llama { get; init; }

    /// <summary>Lowest version of ONNX Runtime: the one that scored the bundle's files; null where it has none for it.</summary>
    public string? Onnx { get; init; }

    /// <summary>The version of this program.</summary>
    public static string ProgramVersion { get; } = typeof(BundleRequirements).Assembly.GetName().Version!.ToString(3);

    /// <summary>Refuses an engine that is older than the one the bundle was tested with.</summary>
    /// <param name="engine">The engine's name, for the error.</param>
    /// <param name="required"><see cref="Llama"/> or <see cref="Onnx"/>.</param>
    /// <param name="present">The version that the engine reports.</param>
    /// <param name="bundle">What the error calls the bundle.</param>
    /// <exception cref="BundleRequirementException">The engine is older.</exception>
    public static void CheckEngine(string engine, string? required, string present, string? bundle)
    {
        ArgumentNullException.ThrowIfNull(present);
        if (required is not null && IsOlder(present, required))
        {
            throw new BundleRequirementException(
                engine, required, present, $"Update {engine} on this device ('slm-edge doctor' shows what is installed), or export the bundle again with {engine} {present}", bundle);
        }
    }

    /// <summary>The numbers that a version begins with: <c>1.30.0</c> of <c>1.30.0-dev+abc</c>.</summary>
    public static string NumbersOf(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        int end = version.AsSpan().IndexOfAnyExcept("0123456789.");
        string numbers = (end < 0 ? version : version[..end]).TrimEnd('.');
        return numbers.Length == 0 ? "0" : numbers;
    }

    /// <summary>Refuses a bundle that only a newer version of this program reads as it is meant.</summary>
    internal static void CheckProgram(string required, string? bundle)
    {
        if (IsVersion(required) && IsOlder(ProgramVersion, required))
        {
            throw new BundleRequirementException(
                "SlmEdge", required, ProgramVersion, "Update this program, or export the bundle again with a version that the device has", bundle);
        }
    }

    /// <summary>Whether a text is numbers with dots between them.</summary>
    internal static bool IsVersion(string text) =>
        text.Length is > 0 and <= MaxVersionLength && !text.AsSpan().ContainsAnyExcept("0123456789.") && text[0] != '.' && text[^1] != '.' && !text.Contains("..", StringComparison.Ordinal);

    // Engines add what they like behind the numbers, such as a commit; that is no order.
    private static bool IsOlder(string present, string required) => BundleVersionOrder.Compare(NumbersOf(present), required) < 0;
}
