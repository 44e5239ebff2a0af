using SlmEdge.Benchmarks.CommandLine;
using SlmEdge.Formats.HuggingFace;
using SlmEdge.Formats.Safetensors;
using SlmEdge.Formats.Tokenization;
using SlmEdge.Tasks;
using SlmEdge.Tasks.Data;
using SlmEdge.Tasks.Prompts;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.Models;
using SlmEdge.Training.Randomness;
using SlmEdge.Training.Tokenization;
using TorchSharp;

namespace SlmEdge.Benchmarks.Training;

/// <summary>Prepares the folder that all contenders read: base model, first adapters, rows.</summary>
internal static class WorkloadFolder
{
    private const string EndOfText = "<|endoftext|>";
    private const int WarmupSteps = 4;

    private static string Samples => Path.Combine(RepositoryFiles.Root, "samples", "work-orders");

    /// <summary>edge-nano's shape.</summary>
    private static DecoderConfig Shape => new()
    {
        VocabSize = 6144,
        HiddenSize = 256,
        IntermediateSize = 768,
        NumHiddenLayers = 5,
        NumAttentionHeads = 4,
        NumKeyValueHeads = 2,
        HeadDim = 64,
        MaxPositionEmbeddings = 1024,
        NormEps = 1e-5,
        RopeTheta = 10_000,
        TieWordEmbeddings = true,
        BosTokenId = 0,
        EosTokenId = 0,
    };

    public static TrainingWorkload Create(string folder, BenchmarkArguments arguments)
    {
        if (arguments.Text("base") is { } chosen)
        {
            ModelDirectory.CopyCompanions(chosen, folder);
        }
        else
        {
            WriteTokenizer(folder);
        }

        using var tokenizer = BaseTokenizer.Open(folder);
        var rows = arguments.Text("dialogues") is { } dialogues
            ? DialogueRows.Read(dialogues, tokenizer, arguments.Integer("max-length", 512))
            : LabelledRows(arguments, tokenizer);
        var batchSize = arguments.Integer("batch", 32);
        var steps = WarmupSteps + arguments.Integer("steps", 40);
        var order = new RowOrder(rows.Length, 1);
        var batches = Enumerable.Range(0, steps).Select(step => Enumerable.Range(step * batchSize, batchSize).Select(i => rows[order.At(i)]).ToArray()).ToArray();
        var workload = new TrainingWorkload(32, 64, arguments.Number("learning-rate", 2e-3), 0.01, 1.0, WarmupSteps, tokenizer.EosTokenId, batches);
        workload.Save(folder);
        WriteModel(folder, arguments.Text("base"), workload);
        return workload;
    }

    private static TrainingRow[] LabelledRows(BenchmarkArguments arguments, BaseTokenizer tokenizer)
    {
        var task = TaskDefinition.Load(arguments.Text("task") ?? Path.Combine(Samples, "task.json"));
        var options = new ReaderOptions { TextColumn = arguments.Text("text-column") ?? "text", LabelColumn = arguments.Text("label-column") ?? "label" };
        var prompt = ClassificationPrompt.Create(task, tokenizer);
        return [.. LabelledTextReader.Read(arguments.Text("train") ?? Path.Combine(Samples, "train.jsonl"), task, options).Select(row =>
        {
            var answer = prompt.AnswerTokens(prompt.Task.IndexOf(row.Label));
            int[] question = [.. prompt.Prefix, .. prompt.EncodeText(row.Text)];
            return new TrainingRow([.. question, .. answer[..^1]], [.. Enumerable.Range(question.Length - 1, answer.Length)], answer);
        })];
    }

    private static void WriteTokenizer(string folder)
    {
        var task = TaskDefinition.Load(Path.Combine(Samples, "task.json"));
        var trainer = new BytePairTrainer(new BytePairTrainerOptions { VocabularySize = Shape.VocabSize, SpecialTokens = [EndOfText] });
        foreach (var row in LabelledTextReader.Read(Path.Combine(Samples, "train.jsonl"), task))
        {
            trainer.Add(row.Text);
        }

        trainer.Train().Save(folder);
        new TokenizerConfig { BosToken = EndOfText, EosToken = EndOfText, AddBosToken = true }.Save(folder);
    }

    private static void WriteModel(string folder, string? baseDirectory, TrainingWorkload workload)
    {
        using var model = baseDirectory is null ? ModelDirectory.CreateRandom(Shape, seed: 1) : ModelDirectory.Load(baseDirectory);
        ModelDirectory.Save(model, folder, SafetensorsType.F32);
        torch.manual_seed(1);
        model.AttachAdapters(new LoraConfig(workload.Rank, workload.Alpha, 0, [LoraConfig.AllLinear]));
        var entries = model.TrainableParameters()
            .Select(p => SafetensorsEntry.FromFloat32(p.Key, [.. p.Value.shape], SafetensorsType.F32, ModelDirectory.ReadValues(p.Value)))
            .ToArray();
        SafetensorsWriter.Write(Path.Combine(folder, TrainingWorkload.AdapterFileName), entries);
    }
}
