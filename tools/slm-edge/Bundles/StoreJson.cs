using System.Text.Json.Serialization;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Tools.Edge.Bundles;

/// <summary>How <c>bundle … --json</c> writes what the store holds.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InstalledBundle))]
internal sealed partial class StoreJson : JsonSerializerContext;
