using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Numerics;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Tokenization;
using SlmEdge.Training.Families;

namespace SlmEdge.Benchmarks.Models;

/// <summary>
/// Writes a model of a given shape in bf16 shards, a few megabytes at a time. Weights are normal with deviation 0.02, cut at random places out
/// of one table of a million values, so that even 15 GB are written at the disk's speed.
/// </summary>
internal static class RandomCheckpoint
{
    private const int TableLength = 1 << 20;
    private const long ShardBytes = 2L << 30;
    private const string EndOfText = "<|endoftext|>";

    /// <summary>
    /// <c>random-model</c>: writes a model with the files of a real tokenizer (<c>--tokenizer DIR</c>), for measurements on the device side.
    /// </summary>
    public static void Run(BenchmarkArguments arguments)
    {
        var config = ModelShapes.Find(arguments.Required("shape"));
        var tokenizer = arguments.Required("tokenizer");
        var end = arguments.Integer("end-token", config.EosTokenId ?? 0);
        config = config with { VocabSize = arguments.Integer("vocabulary", config.VocabSize), EosTokenId = end };
        var folder = arguments.Required("folder");
        Directory.CreateDirectory(folder);
        Write(folder, config, () =>
        {
            foreach (var file in Directory.EnumerateFiles(tokenizer, "*.json").Concat(Directory.EnumerateFiles(tokenizer, "merges.txt")))
            {
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
            }
        });
    }

    /// <summary>Writes the model that <c>--shape</c> names to <c>--folder</c>, or to a temporary folder; one that is there already is used again.</summary>
    /// <returns>The folder, and whether it is to be deleted afterwards.</returns>
    public static (string Folder, bool Temporary) Prepare(BenchmarkArguments arguments)
    {
        var config = ModelShapes.Find(arguments.Required("shape"));
        if (arguments.Text("folder") is not { } folder)
        {
            folder = Directory.CreateTempSubdirectory("slmedge-bench-").FullName;
            Write(folder, config, () => WriteTokenizer(folder));
            return (folder, true);
        }

        if (!File.Exists(Path.Combine(folder, "config.json")))
        {
            Directory.CreateDirectory(folder);
            Write(folder, config, () => WriteTokenizer(folder));
        }

        return (folder, false);
    }

    private static void Write(string folder, DecoderConfig config, Action writeTokenizer)
    {
        var random = new Random(1);
        var table = new ushort[TableLength];
        var ones = new ushort[1 << 16];
        BFloat16Conversion.FromSingle(Enumerable.Range(0, TableLength).Select(_ => Normal(random)).ToArray(), table);
        BFloat16Conversion.FromSingle(Enumerable.Repeat(1f, ones.Length).ToArray(), ones);
        var shards = new List<List<SafetensorsEntry>> { new() };
        long bytes = 0;
        foreach (var (name, shape) in DecoderTensorNames.Shapes(config))
        {
            var elements = shape.Aggregate(1L, (product, dimension) => product * dimension);
            if (bytes > 0 && bytes + (2 * elements) > ShardBytes)
            {
                shards.Add([]);
                bytes = 0;
            }

            bytes += 2 * elements;
            var source = name.EndsWith("norm.weight", StringComparison.Ordinal) ? ones : table;
            shards[^1].Add(new SafetensorsEntry(name, SafetensorsType.BF16, shape, stream => Fill(stream, elements, source, random)));
        }

        var map = new JsonObject();
        for (var i = 0; i < shards.Count; i++)
        {
            var file = $"model-{i + 1:00000}-of-{shards.Count:00000}.safetensors";
            SafetensorsWriter.Write(Path.Combine(folder, file), shards[i], new Dictionary<string, string> { ["format"] = "pt" });
            shards[i].ForEach(e => map.Add(e.Name, file));
        }

        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"), new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        writeTokenizer();
        config.Save(folder);
    }

    private static void WriteTokenizer(string folder)
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 300, SpecialTokens = [EndOfText] });
        trainer.Add("a few words, of which the tokenizer is made");
        trainer.Train().Save(folder);
        new TokenizerConfig { EosToken = EndOfText, AddBosToken = false }.Save(folder);
    }

    private static void Fill(Stream stream, long elements, ushort[] source, Random random)
    {
        while (elements > 0)
        {
            var start = random.Next(source.Length / 2);
            var count = (int)Math.Min(elements, source.Length - start);
            stream.Write(MemoryMarshal.AsBytes(source.AsSpan(start, count)));
            elements -= count;
        }
    }

    private static float Normal(Random random) =>
        (float)(0.02 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
