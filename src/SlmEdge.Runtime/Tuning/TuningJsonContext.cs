using System.Text.Json.Serialization;

namespace SlmEdge.Runtime.Tuning;

/// <summary>The JSON of a measured choice, generated at compile time, so that it also works where code is compiled ahead of time.</summary>
[JsonSerializable(typeof(TunedChoice))]
internal sealed partial class TuningJsonContext : JsonSerializerContext;
