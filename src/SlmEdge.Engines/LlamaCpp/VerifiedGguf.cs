using SlmEdge.Formats.Gguf;

namespace SlmEdge.Engines.LlamaCpp;

/// <summary>
/// The gate in front of llama.cpp: a GGUF file that managed code has checked, and what its header says of the model. A file that has not passed here does not
/// reach native code. The header is read once; the vocabulary is checked and not kept.
/// </summary>
public sealed class VerifiedGguf
{
    private const string DefaultArchitecture = "llama";

    private readonly Dictionary<string, GgufValue> values;

    private VerifiedGguf(GgufFile file)
    {
        Path = file.Path;
        values = file.Metadata.Where(entry => entry.Value.Type != GgufValueType.Array).ToDictionary(StringComparer.Ordinal);
        Architecture = values.TryGetValue("general.architecture", out var name) ? name.AsString() : DefaultArchitecture;
        foreach (var tensor in file.Tensors)
        {
            WeightBytes += tensor.ByteLength;
            switch (tensor.Name)
            {
                case "token_embd.weight":
                    VocabularyRows = tensor.Dimensions[^1];
                    break;
                case "rope_factors_short.weight":
                    HasLongRope = true;
                    break;
            }
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The model's family as GGUF names it, such as <c>llama</c> or <c>bert</c>.</summary>
    public string Architecture { get; }

    /// <summary>Bytes of all tensors.</summary>
    public long WeightBytes { get; }

    /// <summary>Rows of the token embedding; 1 where there is none.</summary>
    internal long VocabularyRows { get; } = 1;

    /// <summary>Whether the rotations have two sets of divisors.</summary>
    internal bool HasLongRope { get; }

    /// <summary>Checks a file.</summary>
    /// <param name="path">The GGUF file.</param>
    /// <exception cref="EngineException">The file does not exist.</exception>
    /// <exception cref="SlmEdge.Formats.ModelFormatException">The file is damaged, or one part of several.</exception>
    public static VerifiedGguf Check(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!File.Exists(path))
        {
            throw new EngineException($"The model file '{path}' does not exist.");
        }

        using var file = GgufFile.Open(path);
        file.Verify();
        return new VerifiedGguf(file);
    }

    /// <summary>Whether every token sees every other, as in BERT: such a model embeds texts and writes none.</summary>
    public bool SeesBothWays => Architecture == "bert" || (values.TryGetValue($"{Architecture}.attention.causal", out var causal) && causal.Type == GgufValueType.Bool && !causal.AsBoolean());

    /// <summary>A number that the header gives for the model's family (<c>{architecture}.{key}</c>), or null.</summary>
    internal long? Number(string key) => values.TryGetValue($"{Architecture}.{key}", out var value) ? value.AsInt64() : null;
}
