using System.Text.Json;
using SlmEdge.Runtime.Generation;

namespace SlmEdge.Worker.OpenAi;

/// <summary>How one answer is written on one of the routes. Made for each request.</summary>
internal interface ICompletionJson
{
    /// <summary>The completion's own id.</summary>
    string Id { get; }

    /// <summary>Writes the answer in one object.</summary>
    void WriteWhole(Utf8JsonWriter json, CompletionEnd answer);

    /// <summary>Writes the next chunk of a stream.</summary>
    void WriteChunk(Utf8JsonWriter json, CompletionUpdate update);

    /// <summary>Writes the chunk behind the last, for clients that ask for the usage.</summary>
    void WriteUsageChunk(Utf8JsonWriter json, TokenUsage usage);
}
