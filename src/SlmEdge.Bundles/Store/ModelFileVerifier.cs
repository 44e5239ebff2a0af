using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Formats.Safetensors;

namespace SlmEdge.Bundles.Store;

/// <summary>Reads the model files of a bundle with the managed, bounded parsers, before any native library sees a byte of them.</summary>
internal static class ModelFileVerifier
{
    public static void Verify(string folder, BundleManifest manifest)
    {
        foreach (BundleFile file in manifest.Files)
        {
            string path = Path.Combine(folder, file.Path.Replace('/', Path.DirectorySeparatorChar));
            try
            {
                VerifyFile(path, file.Role);
                VerifyCompany(path, file.Path, folder, manifest);
            }
            catch (ModelFormatException e)
            {
                throw new BundleException($"the verifier refuses it: {e.Message}", folder, file.Path, e);
            }
        }
    }

    /// <summary>What has to hold between a file and those beside it.</summary>
    private static void VerifyCompany(string path, string pathInBundle, string folder, BundleManifest manifest)
    {
        if (Path.GetFileName(path) == OnnxFolderCheck.SettingsName)
        {
            OnnxFolderCheck.Check(Path.GetDirectoryName(path)!);
        }
        else if (manifest.FindAdapter(pathInBundle) is { } beside && beside.Path != pathInBundle)
        {
            using GgufFile adapter = GgufFile.Open(Path.Combine(folder, beside.Path.Replace('/', Path.DirectorySeparatorChar)));
            using GgufFile model = GgufFile.Open(path);
            GgufAdapterCheck.Check(adapter, model);
        }
    }

    private static void VerifyFile(string path, BundleFileRole role)
    {
        if (role == BundleFileRole.Gguf || path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            GgufFile.Verify(path);
        }
        else if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            OnnxModelFile.ReadDecoder(path);
        }
        else if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
        }
        else if (Path.GetFileName(path).Equals("tokenizer.json", StringComparison.OrdinalIgnoreCase))
        {
            TokenizerJson.Load(path);
        }
    }
}
