namespace SlmEdge.Formats.Gguf.Adapters;

/// <summary>
/// What a GGUF adapter says of itself, in metadata keys of SlmEdge (<c>slmedge.adapter.*</c>) that other readers ignore: enough to refuse it over a model that it
/// was not trained on.
/// </summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="BaseSha256">Hash of the base's configuration and weights, lower-case hex.</param>
/// <param name="TokenizerSha256">SHA-256 of the base's tokenizer, lower-case hex.</param>
/// <param name="TemplateSha256">SHA-256 of the base's chat template; null where it has none.</param>
/// <param name="PromptSha256">Identity of the task's rendered prompt; null where the adapter was exported without its run.</param>
public sealed record GgufAdapterIdentity(
    string Name, string Version, string BaseSha256, string TokenizerSha256, string? TemplateSha256, string? PromptSha256)
{
    private const string Prefix = "slmedge.adapter.";
    private const int HashLength = 64;
    private const int MaxNameLength = 200;

    /// <summary>Writes the keys.</summary>
    /// <param name="writer">The adapter's file.</param>
    public void Apply(GgufWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Set(Prefix + "name", Name);
        writer.Set(Prefix + "version", Version);
        writer.Set(Prefix + "base_sha256", BaseSha256);
        writer.Set(Prefix + "tokenizer_sha256", TokenizerSha256);
        if (TemplateSha256 is { } template)
        {
            writer.Set(Prefix + "template_sha256", template);
        }

        if (PromptSha256 is { } prompt)
        {
            writer.Set(Prefix + "prompt_sha256", prompt);
        }
    }

    /// <summary>Reads the keys.</summary>
    /// <param name="file">The adapter's file.</param>
    /// <exception cref="ModelFormatException">A key is missing or malformed: another tool wrote the file.</exception>
    public static GgufAdapterIdentity Read(GgufFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new GgufAdapterIdentity(
            Text("name"), Text("version"), Hash("base_sha256")!, Hash("tokenizer_sha256")!, Hash("template_sha256", optional: true), Hash("prompt_sha256", optional: true));

        string Text(string key)
        {
            string text = Find(key) ?? throw Missing(key);
            return text.Length is > 0 and <= MaxNameLength && !text.Any(char.IsControl)
                ? text
                : throw new ModelFormatException($"has to be 1 to {MaxNameLength} characters without control characters", file.Path, Prefix + key);
        }

        string? Hash(string key, bool optional = false)
        {
            string? text = Find(key);
            return text is null
                ? optional ? null : throw Missing(key)
                : text.Length == HashLength && !text.AsSpan().ContainsAnyExcept("0123456789abcdef")
                    ? text
                    : throw new ModelFormatException("is not a SHA-256 in lower-case hex", file.Path, Prefix + key);
        }

        string? Find(string key) => file.Metadata.TryGetValue(Prefix + key, out GgufValue? value) ? value.AsString() : null;

        ModelFormatException Missing(string key) =>
            new("is missing: the adapter does not say what it was trained on. Write it with 'slm-export adapter'", file.Path, Prefix + key);
    }
}
