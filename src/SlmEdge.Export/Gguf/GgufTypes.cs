using SlmEdge.Engines.LlamaCpp;

namespace SlmEdge.Export.Gguf;

/// <summary>The spelling of GGUF types on command lines and in file names: <c>q4_k_m</c>.</summary>
public static class GgufTypes
{
    /// <summary>All types, the largest first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<GgufQuantization>().Select(Name)];

    /// <summary>The spelling of a type.</summary>
    /// <param name="type">The type.</param>
    public static string Name(GgufQuantization type) => type.ToString().ToLowerInvariant();

    /// <summary>Reads a type's spelling, in any case.</summary>
    /// <param name="name">For example <c>q4_k_m</c>.</param>
    /// <exception cref="ExportException">There is no such type.</exception>
    public static GgufQuantization Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Names.Contains(name, StringComparer.OrdinalIgnoreCase) && Enum.TryParse(name, ignoreCase: true, out GgufQuantization type)
            ? type
            : throw new ExportException($"'{name}' is no GGUF type that can be written; there are {string.Join(", ", Names)}.");
    }
}
