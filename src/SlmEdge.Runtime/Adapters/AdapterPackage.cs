using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Bundles.Drift;
using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;

namespace SlmEdge.Runtime.Adapters;

/// <summary>An adapter on disk, whose own word for what it was trained on has been read; nothing of it has reached native code.</summary>
/// <param name="Identity">What it was trained on.</param>
/// <param name="FilePath">Its GGUF file.</param>
/// <param name="Sha256">Hash of manifest or file.</param>
/// <param name="Signature">What is known of the signature.</param>
/// <param name="Manifest">Its task, calibration and golden examples; null for a file without a bundle, which takes those of the model's bundle.</param>
internal sealed record AdapterPackage(
    GgufAdapterIdentity Identity, string FilePath, string Sha256, BundleSignatureState Signature, BundleManifest? Manifest)
{
    /// <summary>What its texts are compared with; null where it has nothing.</summary>
    public DriftReference? Drift { get; init; }

    private const string FileExtension = ".gguf";

    /// <exception cref="AdapterException">It is no adapter, or not signed as required.</exception>
    /// <exception cref="BundleException">The bundle is damaged, or not signed by a trusted key.</exception>
    public static AdapterPackage Open(string path, AdapterLoadOptions options, string? cacheDirectory) =>
        path.EndsWith(FileExtension, StringComparison.OrdinalIgnoreCase) ? OpenFile(path, options) : OpenBundle(path, options, cacheDirectory);

    private static AdapterPackage OpenFile(string path, AdapterLoadOptions options)
    {
        if (options.RequireSignature || options.TrustedKeys.Count > 0)
        {
            throw new AdapterException(
                AdapterRefusal.Unsigned, $"The adapter '{path}' is a bare file, which nobody can sign. Pack it with 'slm-export bundle --adapter-only --sign KEY', or load it without trusted keys.");
        }

        try
        {
            using var file = GgufFile.Open(path);
            using var stream = File.OpenRead(path);
            return new AdapterPackage(GgufAdapterIdentity.Read(file), path, Convert.ToHexStringLower(SHA256.HashData(stream)), BundleSignatureState.None, null);
        }
        catch (Exception error) when (error is ModelFormatException or IOException or UnauthorizedAccessException)
        {
            throw new AdapterException(AdapterRefusal.NotAnAdapter, $"The adapter cannot be read: {error.Message}", error);
        }
    }

    private static AdapterPackage OpenBundle(string path, AdapterLoadOptions options, string? cacheDirectory)
    {
        using var bundle = Bundle.Open(
            path, new BundleOptions { CacheDirectory = cacheDirectory, RequireSignature = options.RequireSignature, TrustedKeys = options.TrustedKeys });
        var manifest = bundle.Manifest;
        if (bundle.GetFiles(BundleFileRole.Adapter) is not [var file])
        {
            throw new AdapterException(
                AdapterRefusal.NotAnAdapter, $"The bundle '{manifest.Name}' {manifest.Version} holds no adapter apart from its model. Build it with 'slm-export bundle --adapter-only'.");
        }

        var identity = new GgufAdapterIdentity(
            manifest.Name, manifest.Version, manifest.Base.Sha256, manifest.TokenizerSha256, manifest.TemplateSha256, manifest.PromptSha256);
        return new AdapterPackage(identity, bundle.GetFilePath(file.Path), bundle.ManifestSha256, bundle.Signature, manifest) { Drift = bundle.ReadDriftReference() };
    }
}
