using System.Globalization;
using SlmEdge.EndToEnd.Tests.Programs;

namespace SlmEdge.EndToEnd.Tests.Fixtures;

/// <summary>A base model of one layer, made by the programs themselves from the sample's texts, and reduced data to tune it on.</summary>
public sealed class TinyBase : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <summary>Trains the tokenizer and the model.</summary>
    public TinyBase()
    {
        foreach (var (name, rows) in new[] { ("train", 160), ("valid", 40), ("test", 60) })
        {
            File.WriteAllLines(folder.Combine(name + ".jsonl"), File.ReadLines(Sample(name + ".jsonl")).Take(rows));
        }

        Tool.Train.Run("tokenizer", "--files", Sample("train.jsonl"), "--vocabulary", "768", "--out", folder.Combine("tokenizer")).ShouldSucceed();
        Tool.Train.Run(
            "pretrain", "--tokenizer", folder.Combine("tokenizer"), "--files", Sample("train.jsonl"), "--valid", Sample("valid.jsonl"), "--out", folder.Combine("base"),
            "--hidden-size", "256", "--layers", "1", "--heads", "4", "--kv-heads", "2", "--feed-forward", "256", "--context", "256",
            "--sequence-length", "64", "--batch", "4", "--tokens", "5120", "--threads", "1").ShouldSucceed();
    }

    internal string Model => folder.Combine(Path.Combine("base", "model"));

    internal string Task => Sample("task.json");

    internal string Train => folder.Combine("train.jsonl");

    internal string Valid => folder.Combine("valid.jsonl");

    internal string Test => folder.Combine("test.jsonl");

    internal static string Sample(string name) => RepositoryRoot.Combine("samples", "work-orders", name);

    /// <summary>The options of a small QLoRA run.</summary>
    internal string[] Tuning(string output, int epochs, params string[] more) =>
        ["sft", "--base", Model, "--task", Task, "--train", Train, "--valid", Valid, "--method", "qlora", "--rank", "4", "--alpha", "8",
            "--batch", "16", "--epochs", epochs.ToString(CultureInfo.InvariantCulture), "--threads", "1", "--out", output, .. more];

    /// <inheritdoc/>
    public void Dispose() => folder.Dispose();
}
