using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SlmEdge.Formats;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Training.Families;
using TorchSharp;
using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>A model in Hugging Face's layout: <c>config.json</c>, <c>model.safetensors</c> (or shards), tokenizer files.</summary>
public static class ModelDirectory
{
    /// <summary>Files beside the weights that belong to a model and travel with it.</summary>
    public static IReadOnlyList<string> CompanionFiles { get; } =
    [
        "tokenizer.json", "tokenizer.model", "vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json",
        "tokenizer_config.json", "generation_config.json", "chat_template.jinja",
    ];

    /// <summary>Loads a model in fp32; projections that a GGUF file holds in blocks stay in them.</summary>
    /// <param name="directory">The model's directory, or a GGUF file.</param>
    /// <param name="device">Where the weights go; the CPU when null.</param>
    /// <exception cref="ModelFormatException">A tensor is missing, has another shape, or a file is malformed.</exception>
    public static DecoderModel Load(string directory, Device? device = null) => Load(directory, WeightForms.Float32, device);

    /// <summary>Loads a model, each tensor straight into the form in which it is held, part by part.</summary>
    internal static DecoderModel Load(string directory, WeightForms forms, Device? device = null)
    {
        var target = device ?? CPU;
        if (GgufBase.Is(directory))
        {
            return GgufBase.Load(directory, forms, target);
        }

        var config = DecoderConfig.Load(directory);
        using var weights = SafetensorsCollection.Open(directory);
        CheckNames(weights, config, directory);
        return Assemble(config, (name, shape) => new SafetensorsTensorReader(weights, Find(weights, name, shape, directory)), forms, target);
    }

    /// <summary>Reads every tensor that the configuration calls for into its form.</summary>
    internal static DecoderModel Assemble(DecoderConfig config, Func<string, long[], StoredTensor> find, WeightForms forms, Device target)
    {
        var parameters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var held = new Dictionary<string, LinearWeight>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, shape) in DecoderTensorNames.Shapes(config))
            {
                var stored = find(name, shape);
                if (name is DecoderTensorNames.Embedding or DecoderTensorNames.Head)
                {
                    parameters.Add(name, forms.Table(stored, target));
                }
                else if (shape.Length == 1)
                {
                    parameters.Add(name, WeightForms.ReadFloat32(stored, target));
                }
                else
                {
                    held.Add(name, forms.Projection(stored, target));
                }
            }

            return new DecoderModel(config, parameters, target, held);
        }
        catch
        {
            foreach (var part in parameters.Values.Concat<IDisposable>(held.Values))
            {
                part.Dispose();
            }

            throw;
        }
    }

    /// <summary>A model with freshly drawn weights: normal with the given deviation, the residual outputs scaled down by <c>1/sqrt(2·layers)</c> (as GPT-2), norms 1, biases 0.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="seed">Seed of the draw.</param>
    /// <param name="deviation">Standard deviation of the normal distribution.</param>
    /// <param name="device">Where the weights go; the CPU when null.</param>
    public static DecoderModel CreateRandom(DecoderConfig config, long seed, double deviation = 0.02, Device? device = null)
    {
        var target = device ?? CPU;
        manual_seed(seed);
        var parameters = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var tensor in DecoderTensors.Of(config).All)
        {
            using var scope = NewDisposeScope();
            var residual = tensor.Part is DecoderPart.AttentionOutput or DecoderPart.Down;
            var scale = residual ? deviation / Math.Sqrt(2.0 * config.NumHiddenLayers) : deviation;
            var value = tensor.IsNormWeight ? full(tensor.Shape, 1 - tensor.GgufOffset) : tensor.Shape.Length == 1 ? zeros(tensor.Shape) : randn(tensor.Shape) * scale;
            parameters.Add(tensor.Name, MoveTo(value.DetachFromDisposeScope(), target));
        }

        return new DecoderModel(config, parameters, target);
    }

    /// <summary>Writes config and weights; the directory must exist. Companion files are the caller's (see <see cref="CopyCompanions"/>).</summary>
    /// <param name="model">The model; every projection must be dense.</param>
    /// <param name="directory">Where to write.</param>
    /// <param name="type">Type of the matrices on disk.</param>
    public static void Save(DecoderModel model, string directory, SafetensorsType type)
    {
        ArgumentNullException.ThrowIfNull(model);
        var entries = model.Parameters
            .Select(p => SafetensorsEntry.FromFloat32(p.Key, [.. p.Value.shape], type, () => ReadValues(p.Value)))
            .ToArray();
        (model.Config with { TorchDtype = TypeName(type) }).Save(directory);
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), entries, new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Copies tokenizer, template and generation settings of one model directory to another.</summary>
    /// <param name="from">Source directory.</param>
    /// <param name="to">Target directory.</param>
    public static void CopyCompanions(string from, string to)
    {
        foreach (var name in CompanionFiles)
        {
            var source = Path.Combine(from, name);
            if (File.Exists(source))
            {
                File.Copy(source, Path.Combine(to, name), overwrite: true);
            }
        }
    }

    /// <summary>SHA-256 (hex, lower case) over the names and bytes of config and weight files: the identity that an adapter remembers of its base.</summary>
    /// <param name="directory">The model's directory, or a GGUF file, whose bytes are hashed.</param>
    public static string Hash(string directory)
    {
        if (GgufBase.Is(directory))
        {
            return GgufBase.Hash(directory);
        }

        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Directory.GetFiles(directory)
            .Where(f => Path.GetFileName(f) is "config.json" || f.EndsWith(".safetensors", StringComparison.Ordinal))
            .OrderBy(Path.GetFileName, StringComparer.Ordinal);
        var buffer = new byte[1 << 20];
        foreach (var file in files)
        {
            sha.AppendData(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(file) + "\n"));
            using var stream = File.OpenRead(file);
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                sha.AppendData(buffer, 0, read);
            }
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>A tensor that would be left out silently changes the model as much as a missing one. Buffers of old checkpoints and the copy of a tied head may be.</summary>
    private static void CheckNames(SafetensorsCollection weights, DecoderConfig config, string directory)
    {
        var known = DecoderTensorNames.All(config).ToHashSet(StringComparer.Ordinal);
        var stranger = weights.Tensors.Keys.FirstOrDefault(name => !known.Contains(name)
            && !name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)
            && !(config.TieWordEmbeddings && name == DecoderTensorNames.Head));
        if (stranger is not null)
        {
            throw new ModelFormatException(
                $"a model of type {config.ModelType} does not have such a tensor; what the checkpoint holds is not what its config.json says", directory, stranger);
        }
    }

    private static SafetensorsTensor Find(SafetensorsCollection weights, string name, long[] shape, string directory)
    {
        if (!weights.Tensors.TryGetValue(name, out var stored))
        {
            throw new ModelFormatException("config.json calls for this tensor, but the weights do not have it", directory, name);
        }

        return stored.Shape.SequenceEqual(shape)
            ? stored
            : throw new ModelFormatException(
                $"has shape [{string.Join(", ", stored.Shape)}], but config.json calls for [{string.Join(", ", shape)}]", directory, name);
    }

    internal static float[] ReadValues(Tensor value)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        var host = value.detach().to(ScalarType.Float32).cpu().contiguous();
        return MemoryMarshal.Cast<byte, float>(host.bytes).ToArray();
    }

    private static string TypeName(SafetensorsType type) => type switch
    {
        SafetensorsType.F32 => "float32",
        SafetensorsType.F16 => "float16",
        SafetensorsType.BF16 => "bfloat16",
        _ => throw new TrainingException($"Models are written as F32, F16 or BF16, not {type}."),
    };

    internal static Tensor MoveTo(Tensor value, Device device)
    {
        if (device.type == DeviceType.CPU)
        {
            return value;
        }

        var moved = value.to(device).DetachFromDisposeScope();
        value.Dispose();
        return moved;
    }
}
