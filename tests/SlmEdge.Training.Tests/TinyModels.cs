using SlmEdge.Formats.Families;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Tokenization;
using SlmEdge.Training.Models;

namespace SlmEdge.Training.Tests;

/// <summary>Small random models and a tokenizer trained on a few sentences, written where a test wants them.</summary>
internal static class TinyModels
{
    private static readonly string[] Sentences =
    [
        "The hydraulic pump leaks oil at the left cylinder.",
        "Engine runs hot, coolant level low, radiator blocked.",
        "Replace brake pads and check the air pressure.",
        "Battery flat, alternator not charging, lights dim.",
    ];

    public static DecoderConfig Config(int vocabulary, bool tied = true, int kvHeads = 2) => new()
    {
        VocabSize = vocabulary,
        HiddenSize = 64,
        IntermediateSize = 128,
        NumHiddenLayers = 2,
        NumAttentionHeads = 4,
        NumKeyValueHeads = kvHeads,
        HeadDim = 16,
        MaxPositionEmbeddings = 128,
        NormEps = 1e-5,
        RopeTheta = 10_000,
        TieWordEmbeddings = tied,
        BosTokenId = 0,
        EosTokenId = 0,
    };

    /// <summary>The same in another family, with a window that short sequences leave behind and bounds that bite.</summary>
    public static DecoderConfig Config(int vocabulary, string modelType)
    {
        var family = ModelFamilies.Find(modelType)!;
        var config = Config(vocabulary, family.TiedHead ?? true) with { Family = family, Architectures = [family.Architecture] };
        return modelType switch
        {
            "gemma2" => config with { SlidingWindow = 8, AttentionSoftcap = 2, LogitSoftcap = 3 },
            "gemma3_text" => config with { SlidingWindow = 8, SlidingLayers = [true, false], LocalRopeTheta = 5000, LogitSoftcap = 3 },
            "stablelm" => config with { PartialRotaryFactor = 0.5, AttentionBias = true, QueryKeyNorm = true },
            "ministral3" => config with { RopeScaling = new YarnRopeScaling(4, 16) { Mscale = 1, MscaleAllDim = 1 }, QueryTemperature = 0.3 },
            _ => config,
        };
    }

    public static TokenizerJson Tokenizer()
    {
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = 320, SpecialTokens = ["<|endoftext|>"] });
        foreach (var sentence in Sentences)
        {
            for (var i = 0; i < 5; i++)
            {
                trainer.Add(sentence);
            }
        }

        return trainer.Train(null, default);
    }

    /// <summary>Writes a model directory with random weights and a tokenizer.</summary>
    public static string WriteBase(TemporaryDirectory place, long seed = 7, string name = "base", ModelFamily? family = null)
    {
        var directory = System.IO.Directory.CreateDirectory(place.At(name)).FullName;
        WriteTokenizer(directory);
        using var model = ModelDirectory.CreateRandom(Config(TokenizerJson.Load(directory).Vocabulary.Count, family?.ModelType ?? "llama"), seed, 0.08);
        ModelDirectory.Save(model, directory, SafetensorsType.F32);
        return directory;
    }

    public static void WriteTokenizer(string directory)
    {
        Tokenizer().Save(directory);
        new TokenizerConfig { BosToken = "<|endoftext|>", EosToken = "<|endoftext|>", AddBosToken = true }.Save(directory);
    }
}
