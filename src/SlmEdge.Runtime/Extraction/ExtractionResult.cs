using System.Text.Json;
using SlmEdge.Runtime.Adapters;
using SlmEdge.Runtime.Generation;
using SlmEdge.Tasks.Extraction;

namespace SlmEdge.Runtime.Extraction;

/// <summary>A document that was extracted from a text: complete, and valid by the schema.</summary>
/// <param name="Document">The document.</param>
/// <param name="Fields">Its strings, in its order, with the places in the text that they were copied from.</param>
/// <param name="Usage">Tokens.</param>
/// <param name="Timings">Times.</param>
/// <param name="Truncated">Whether the text was cut to fit the context; see <see cref="LongTextPolicy.Truncate"/>.</param>
public sealed record ExtractionResult(JsonElement Document, IReadOnlyList<FieldSpan> Fields, TokenUsage Usage, GenerationTimings Timings, bool Truncated)
{
    /// <summary>The tokens of the text, without its prompt; <see langword="null"/> where there is nothing to compare them with (<see cref="SlmRuntime.Drift"/>).</summary>
    public IReadOnlyList<int>? TextTokens { get; init; }

    /// <summary>The adapter that extracted it, or <see langword="null"/> for the bundle's own model.</summary>
    public AdapterVersion? Adapter { get; init; }
}
