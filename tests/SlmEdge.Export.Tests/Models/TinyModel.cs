using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Tokenization;

namespace SlmEdge.Export.Tests.Models;

/// <summary>Random models and adapters of every family, written in the layouts of Hugging Face and PEFT.</summary>
public static class TinyModel
{
    public const int Vocabulary = 400;

    private static readonly Lazy<TokenizerJson> Tokenizer = new(TrainTokenizer);

    public static DecoderConfig Config(int hidden = 128, int heads = 4, int keyValueHeads = 2, int layers = 2, bool tied = true, int? headDim = null) => new()
    {
        HiddenSize = hidden,
        IntermediateSize = hidden * 2,
        NumHiddenLayers = layers,
        NumAttentionHeads = heads,
        NumKeyValueHeads = keyValueHeads,
        HeadDim = headDim ?? hidden / heads,
        VocabSize = Vocabulary,
        MaxPositionEmbeddings = 256,
        NormEps = 1e-5,
        RopeTheta = 10000,
        TieWordEmbeddings = tied,
        BosTokenId = null,
        EosTokenId = 0,
        TorchDtype = "float32",
    };

    /// <summary>Weights large enough that attention is far from uniform and the logits differ clearly.</summary>
    public static string Write(string directory, DecoderConfig config, int seed, SafetensorsType type = SafetensorsType.F32)
    {
        Directory.CreateDirectory(directory);
        config.Save(directory);
        WriteTokenizer(directory);
        var random = new Random(seed);
        SafetensorsEntry[] entries =
        [
            .. DecoderTensors.Of(config).All.Select(tensor =>
            {
                double deviation = tensor.Shape.Length == 1 ? 0.2 : tensor.Part == DecoderPart.Embedding ? 0.5 : 1.2 / Math.Sqrt(tensor.Shape[1]);
                float[] values = Normal(random, tensor.Shape, deviation, tensor.IsNormWeight ? 1 - tensor.GgufOffset : 0);
                return SafetensorsEntry.FromFloat32(tensor.Name, tensor.Shape, type, values);
            }),
        ];
        SafetensorsWriter.Write(Path.Combine(directory, "model.safetensors"), entries);
        return directory;
    }

    public static string WriteAdapter(string directory, DecoderConfig config, int seed, int rank = 4, double alpha = 8, string? baseSha256 = null)
    {
        Directory.CreateDirectory(directory);
        var random = new Random(seed);
        var entries = new List<SafetensorsEntry>();
        DecoderTensor[] targets = [.. DecoderTensors.Of(config).All.Where(t => t.IsProjection)];
        foreach (DecoderTensor tensor in targets)
        {
            long[] shape = tensor.Shape;
            string module = "base_model.model." + tensor.Name[..^".weight".Length];
            entries.Add(SafetensorsEntry.FromFloat32(module + ".lora_A.weight", [rank, shape[1]], SafetensorsType.F32, Normal(random, [rank, shape[1]], 1 / Math.Sqrt(shape[1]), 0)));
            entries.Add(SafetensorsEntry.FromFloat32(module + ".lora_B.weight", [shape[0], rank], SafetensorsType.F32, Normal(random, [shape[0], rank], 0.15, 0)));
        }

        SafetensorsWriter.Write(Path.Combine(directory, "adapter_model.safetensors"), entries);
        string modules = string.Join(", ", targets.Select(t => t.Name.Split('.')[^2]).Distinct().Select(module => $"\"{module}\""));
        string hash = baseSha256 is null ? "" : $", \"slmedge_base_sha256\": \"{baseSha256}\"";
        File.WriteAllText(
            Path.Combine(directory, "adapter_config.json"),
            FormattableString.Invariant($$"""{ "peft_type": "LORA", "task_type": "CAUSAL_LM", "r": {{rank}}, "lora_alpha": {{alpha}}, "target_modules": [{{modules}}]{{hash}} }"""));
        return directory;
    }

    public static int[] Tokens(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(1, 300))];
    }

    public static void WriteTokenizer(string directory)
    {
        Tokenizer.Value.Save(Path.Combine(directory, "tokenizer.json"));
        new TokenizerConfig { EosToken = "<|endoftext|>", AddBosToken = false, ModelMaxLength = 256 }.Save(directory);
        new GenerationConfig { EosTokenIds = [0] }.Save(directory);
    }

    private static float[] Normal(Random random, long[] shape, double deviation, double mean)
    {
        float[] values = new float[shape.Aggregate(1L, (product, dimension) => product * dimension)];
        for (int i = 0; i < values.Length; i++)
        {
            double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = (float)(mean + (deviation * radius * Math.Cos(2 * Math.PI * random.NextDouble())));
        }

        return values;
    }

    /// <summary>Fewer tokens than the model has embeddings for, as in many real models.</summary>
    private static TokenizerJson TrainTokenizer()
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 384, SpecialTokens = ["<|endoftext|>"], MinFrequency = 1 });
        foreach (string text in new[]
        {
            "the hydraulic pump is leaking oil at the left hand side of the boom cylinder",
            "engine will not start, battery flat, replace starter motor and check alternator belt",
            "replace worn bucket teeth and weld cracked lip plate, grease all pins and bushes",
            "air conditioning not cold, regas system and check compressor clutch for noise",
        })
        {
            trainer.Add(text);
        }

        return trainer.Train();
    }
}
