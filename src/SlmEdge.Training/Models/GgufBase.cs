using System.Security.Cryptography;
using System.Text;
using SlmEdge.Formats;
using SlmEdge.Formats.Families;
using SlmEdge.Formats.Gguf;
using SlmEdge.Formats.Gguf.Blocks;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Training.Families;
using SlmEdge.Training.Quantization;
using static TorchSharp.torch;

namespace SlmEdge.Training.Models;

/// <summary>
/// A GGUF file as a base. Quantised projections are held in the very blocks of the file, whatever the method, so that an adapter is trained on
/// what runs on the device; everything else is restored to fp32. Only the tensor at hand is copied out of the file.
/// </summary>
internal static class GgufBase
{
    private const string TokenizerPrefix = "tokenizer.";

    /// <summary>Whether the path names a GGUF file and not a model's directory.</summary>
    public static bool Is(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);

    /// <summary>Loads a model; what the file holds in floats is read into the given forms.</summary>
    /// <exception cref="ModelFormatException">The file is malformed, of a family or type that is not implemented, or lacks a tensor.</exception>
    public static DecoderModel Load(string path, WeightForms forms, Device device)
    {
        using var file = GgufFile.Open(path);
        var config = GgufDecoderConfig.Read(file);
        var tensors = DecoderTensors.Of(config);
        Check(file, config);
        return ModelDirectory.Assemble(
            config,
            (name, _) => new GgufTensorReader(file, tensors.Find(name)!),
            forms with
            {
                Projection = (stored, target) => stored is GgufTensorReader { Quantised: true } reader
                    ? new BlockWeight(reader.ReadBlocks(), target)
                    : forms.Projection(stored, target),
            },
            device);
    }

    /// <summary>SHA-256 (hex, lower case) of the file.</summary>
    public static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>SHA-256 (hex, lower case) over the keys and values of the file's tokenizer.</summary>
    public static string TokenizerHash(string path)
    {
        using var file = GgufFile.Open(path);
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var key in file.Metadata.Keys.Where(k => k.StartsWith(TokenizerPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            sha.AppendData(Encoding.UTF8.GetBytes(key + "\n"));
            using var stream = new MemoryStream();
            file.CopyValueTo(key, stream);
            sha.AppendData(stream.GetBuffer().AsSpan(0, (int)stream.Length));
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    /// <summary>The chat template that the file carries, or null.</summary>
    public static string? ChatTemplate(string path)
    {
        using var file = GgufFile.Open(path);
        return file.Metadata.GetValueOrDefault("tokenizer.chat_template")?.AsString();
    }

    /// <summary>Checks that the file has what its metadata call for, and nothing else: a tensor that would be left out silently changes the model as much as a missing one.</summary>
    /// <exception cref="ModelFormatException">A tensor is missing, unknown, or of another shape or type.</exception>
    public static void Check(GgufFile file, DecoderConfig config)
    {
        var tensors = DecoderTensors.Of(config);
        foreach (var stack in tensors.All.GroupBy(t => t.GgufName, (_, stacked) => stacked.ToArray()))
        {
            var tensor = file.GetTensor(stack[0].GgufName);
            long[] dimensions = stack.Length == 1 ? [.. stack[0].Shape.Reverse()] : [.. stack[0].Shape.Reverse(), stack.Length];
            if (!tensor.Dimensions.SequenceEqual(dimensions))
            {
                throw new ModelFormatException(
                    $"has the dimensions [{string.Join(", ", tensor.Dimensions)}]; the metadata call for [{string.Join(", ", dimensions)}]", file.Path, tensor.Name);
            }

            if (!GgmlBlocks.IsSupported(tensor.Type))
            {
                throw new ModelFormatException($"is {tensor.Type}; a base may hold {string.Join(", ", GgmlBlocks.Types)}. Make it anew in one of these", file.Path, tensor.Name);
            }
        }

        var rotary = config.RopeTensors().Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        if (file.Tensors.FirstOrDefault(t => !rotary.Contains(t.Name) && !tensors.InGguf(t.Name).Any()) is { } stranger)
        {
            throw new ModelFormatException("the model's family is read without such a tensor; leaving it out would give another model", file.Path, stranger.Name);
        }
    }
}
