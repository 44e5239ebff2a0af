using System.Text.Json.Serialization;

namespace SlmEdge.Runtime.Tuning;

/// <summary>How <see cref="TunedChoice"/> is read and written, generated when the library is compiled.</summary>
[JsonSerializable(typeof(TunedChoice))]
internal sealed partial class TuningJsonContext : JsonSerializerContext;
