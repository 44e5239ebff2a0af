using System.Text.Json.Serialization;
using SlmEdge.Bundles.Store;

namespace SlmEdge.Bundles;

/// <summary>How the types of manifest and store are read and written, generated when the library is compiled: at run time nothing is looked up by reflection.</summary>
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(StoreState))]
internal sealed partial class BundleJsonContext : JsonSerializerContext;
