using System.Text.Json.Serialization;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Bundles;

/// <summary>
/// The JSON of this library, generated at compile time, so that it also works where code is compiled ahead of time. A generated reader sets every
/// <c>init</c> property, with null for what the file leaves out; lists that may be left out therefore turn null into empty.
/// </summary>
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(StoreState))]
internal sealed partial class BundleJsonContext : JsonSerializerContext;
