using System.Security.Cryptography;
using SlmEdge.Bundles;
using SlmEdge.Formats;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Adapters;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Onnx;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Tasks;

namespace SlmEdge.Benchmarks.Fuzzing;

/// <summary>Real files out of a real bundle, and small ones of the kinds that it has none of.</summary>
internal static class FuzzTargets
{
    /// <param name="bundlePath">A bundle of a classification with a GGUF file and an ONNX folder.</param>
    /// <param name="tokenizerJson">A <c>tokenizer.json</c>.</param>
    /// <param name="folder">A folder for what is damaged.</param>
    /// <exception cref="ArgumentException">The bundle has no such files.</exception>
    public static IReadOnlyList<FuzzTarget> Create(string bundlePath, string tokenizerJson, string folder)
    {
        using var bundle = Bundle.Open(bundlePath, new BundleOptions { CacheDirectory = Path.Combine(folder, "cache") });
        var onnx = bundle.GetFiles(BundleFileRole.Onnx).FirstOrDefault(file => file.Path.EndsWith("/model.onnx", StringComparison.Ordinal))
            ?? throw new ArgumentException("The bundle has no ONNX folder; build it with --onnx int4.", nameof(bundlePath));
        var onnxFolder = Path.GetDirectoryName(bundle.GetFilePath(onnx.Path))!;
        var weights = Path.Combine(onnxFolder, "model.onnx.data");
        if (File.Exists(weights))
        {
            File.Copy(weights, Path.Combine(folder, "model.onnx.data"), overwrite: true);
        }

        var adapted = bundle.GetFilePath(bundle.GetFiles(BundleFileRole.Gguf)[0].Path);
        var adapter = Path.Combine(folder, "original.lora.gguf");
        RandomAdapter.Write(adapted, adapter);
        var model = Path.Combine(folder, "adapted.gguf");
        File.Copy(adapted, model, overwrite: true);
        var task = System.Text.Encoding.UTF8.GetBytes(bundle.Manifest.Task.ToJson());
        return
        [
            new FuzzTarget("task.json", task, "task.json", path => TaskDefinition.Load(path), typeof(TaskDefinitionException)),
            new FuzzTarget("bundle", Small(bundle.Manifest, folder), "small.slmb", path => Verify(path, folder), typeof(BundleException), typeof(TaskDefinitionException)),
            new FuzzTarget("GGUF vocabulary", File.ReadAllBytes(Path.Combine(onnxFolder, "tokenizer.gguf")), "model.gguf", path => Read(path), typeof(ModelFormatException)),
            new FuzzTarget("GGUF model", Weights(), "model.gguf", path => Read(path), typeof(ModelFormatException)),
            new FuzzTarget("GGUF adapter", File.ReadAllBytes(adapter), "adapter.gguf", path => ReadAdapter(path, model), typeof(ModelFormatException)),
            new FuzzTarget("ONNX", File.ReadAllBytes(Path.Combine(onnxFolder, "model.onnx")), "model.onnx", path => OnnxModelFile.ReadDecoder(path), typeof(ModelFormatException)),
            new FuzzTarget("safetensors", Tensors(folder), "model.safetensors", path => ReadTensors(path), typeof(ModelFormatException)),
            new FuzzTarget("tokenizer.json", File.ReadAllBytes(tokenizerJson), "tokenizer.json", path => TokenizerJson.Load(path), typeof(ModelFormatException)),
        ];
    }

    // The same manifest around little files, so that structure and not weights are damaged.
    private static byte[] Small(BundleManifest manifest, string folder)
    {
        var content = Path.Combine(folder, "content.json");
        File.WriteAllText(content, manifest.Task.ToJson());
        var writer = new BundleWriter(manifest with { Files = [], Recommended = null });
        writer.AddFile("task.json", content, BundleFileRole.Task);
        var path = Path.Combine(folder, "original.slmb");
        writer.Write(path);
        return File.ReadAllBytes(path);
    }

    private static void Verify(string path, string folder)
    {
        using var bundle = Bundle.Open(path, new BundleOptions { CacheDirectory = Path.Combine(folder, "fuzzed") });
        foreach (var file in bundle.Manifest.Files)
        {
            if (Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(bundle.GetFilePath(file.Path)))) != file.Sha256)
            {
                throw new InvalidOperationException($"The bundle hands out a damaged '{file.Path}'.");
            }
        }
    }

    private static void Read(string path)
    {
        GgufFile.Verify(path);
        using var file = GgufFile.Open(path);
    }

    private static void ReadAdapter(string path, string modelPath)
    {
        using var adapter = GgufFile.Open(path);
        GgufAdapterIdentity.Read(adapter);
        using var model = GgufFile.Open(modelPath);
        GgufAdapterCheck.Check(adapter, model);
    }

    // Little metadata in front, so that damage falls on the table of tensors as well.
    private static byte[] Weights()
    {
        var writer = new GgufWriter();
        writer.Set("general.architecture", "llama");
        writer.Set("llama.block_count", 1u);
        writer.Set("llama.embedding_length", 64u);
        writer.Set("llama.attention.head_count", 4u);
        writer.Set("llama.attention.head_count_kv", 2u);
        writer.Set("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        foreach (var name in new[] { "attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down", "ffn_gate" })
        {
            writer.AddTensor($"blk.0.{name}.weight", GgmlType.Q8_0, [64, 8], stream => stream.Write(new byte[544]));
        }

        var path = Path.GetTempFileName();
        writer.Write(path);
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes;
    }

    private static byte[] Tensors(string folder)
    {
        var path = Path.Combine(folder, "original.safetensors");
        SafetensorsWriter.Write(
            path,
            [SafetensorsEntry.FromFloat32("a.weight", [8, 16], SafetensorsType.F32, new float[128]), SafetensorsEntry.FromFloat32("b.weight", [64], SafetensorsType.BF16, new float[64])],
            new Dictionary<string, string> { ["format"] = "pt" });
        return File.ReadAllBytes(path);
    }

    private static void ReadTensors(string path)
    {
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Tensors.Keys)
        {
            file.GetBytes(name);
        }
    }
}
