using SlmEdge.Formats.HuggingFace;
using SlmEdge.Tasks;
using SlmEdge.Training.Adapters;
using SlmEdge.Training.FineTuning;
using SlmEdge.Training.Quantization;

namespace SlmEdge.Export.Tests.Models;

/// <summary>A real fine-tuning run of a tiny random model on a task that it can learn: the text says the label.</summary>
internal sealed class TrainedTinyRun
{
    public static readonly string[] Words = ["pump", "battery", "bucket"];

    private TrainedTinyRun(string directory, string baseDirectory, string test)
    {
        Directory = directory;
        BaseDirectory = baseDirectory;
        TestFile = test;
    }

    public string Directory { get; }

    public string BaseDirectory { get; }

    public string TestFile { get; }

    /// <param name="folder">Where.</param>
    /// <param name="method">What is trained.</param>
    /// <param name="quant">The form of the base, or null for the method's own.</param>
    /// <param name="hidden">Width of the model.</param>
    /// <param name="prepare">Makes another base of the model's folder, for example a GGUF file.</param>
    public static TrainedTinyRun Create(
        TemporaryFolder folder, FineTuningMethod method, BaseForm? quant = null, int hidden = 64, Func<string, string>? prepare = null)
    {
        DecoderConfig config = TinyModel.Config(hidden: hidden, layers: 1);
        string model = TinyModel.Write(folder.At("base"), config, seed: 1);
        model = prepare is null ? model : prepare(model);
        TaskDefinition task = TaskDefinition.FromLabels("tiny", "Name the part.", Words);
        string train = Rows(folder.At("train.jsonl"), 90, seed: 2);
        string test = Rows(folder.At("test.jsonl"), 60, seed: 3);
        string run = folder.At("run");
        new SftTrainer(new SftOptions
        {
            BaseDirectory = model,
            Task = task,
            TrainFile = train,
            Method = method,
            Quant = quant,
            Lora = new LoraConfig(8, 16, 0, [LoraConfig.AllLinear]),
            OutputDirectory = run,
            Epochs = 10,
            LearningRate = method == FineTuningMethod.Full ? 2e-3 : 1e-2,
            Patience = 0,
            BatchSize = 8,
            Threads = 1,
        }).Run();
        return new TrainedTinyRun(run, model, test);
    }

    /// <summary>Rows whose text says the label.</summary>
    public static string Rows(string path, int count, int seed)
    {
        var random = new Random(seed);
        string[] before = ["replace", "check", "repair", "worn", "leaking", "noise at"];
        string[] after = ["today", "left side", "right side", "urgent", "again", "next service"];
        File.WriteAllLines(path, Enumerable.Range(0, count).Select(i =>
        {
            string word = Words[i % Words.Length];
            return $$"""{ "text": "{{before[random.Next(6)]}} {{word}} {{after[random.Next(6)]}} {{i % 7}}", "label": "{{word}}" }""";
        }));
        return path;
    }
}
