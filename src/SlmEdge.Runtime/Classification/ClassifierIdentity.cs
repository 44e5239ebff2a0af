using SlmEdge.Runtime.Adapters;

namespace SlmEdge.Runtime.Classification;

/// <summary>What a decision says about its origin.</summary>
internal sealed record ClassifierIdentity(string BundleName, string BundleVersion, string Engine, string PromptSha256, AdapterVersion? Adapter = null);
